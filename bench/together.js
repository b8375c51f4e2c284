// Types on the sheet of a page of this program, on which it runs: first what comes before, at once,
// then characters. Returns how many milliseconds passed until there were words after each.
async ([before, typed, pause]) => {
  const words = document.getElementById("offered-words");
  const type = (text) =>
    new Promise((resolve) => {
      const begun = performance.now();
      const look = () => {
        if (words.ariaBusy === "false") {
          watch.disconnect();
          resolve(performance.now() - begun);
        }
      };
      const watch = new MutationObserver(look);
      watch.observe(words, { attributes: true });
      document.execCommand("insertText", false, text);
    });
  document.getElementById("sheet").focus();
  await type(before);
  const times = [];
  for (const each of typed) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    times.push(await type(each));
  }
  return times;
};
