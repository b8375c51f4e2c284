// Teaches a text to a parent, facts and weights as on the page of this program on which it runs, or
// to a new model (null), as the tab Teach does. Returns the last news of the run, with its plan, its
// speed, in units a second, and the seconds that all took.
([text, items, parent, helpers, seconds]) =>
  new Promise((resolve, reject) => {
    const { kernels, worker, shared, constants } = globalThis.unpacked;
    const bytes = (base64) => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
    const base64 = (all) => btoa(Array.from(all, (each) => String.fromCharCode(each)).join(""));
    const codes = kernels.map(bytes);
    const code = URL.createObjectURL(new Blob([shared ?? "", worker], { type: "text/javascript" }));
    const workers = Array.from({ length: helpers + 1 }, () => new Worker(code));
    const [teacher, ...others] = workers;
    const ports = others.map((worker) => {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ role: "share", codes, port: port2 }, [port2]);
      return port1;
    });
    for (const worker of workers) {
      worker.onerror = ({ message }) => reject(new Error(message));
    }
    const begun = performance.now();
    const known = {};
    teacher.onmessage = ({ data: { event, weights, plan, speed, detail, ...news } }) => {
      Object.assign(known, plan && { plan }, speed && { speed });
      if (event === "failed") {
        reject(new Error(detail));
      }
      const taken = (performance.now() - begun) / 1000;
      if (event === "done" || (speed && taken > seconds)) {
        for (const worker of workers) {
          worker.terminate();
        }
        resolve({ ...news, ...known, weights: weights && base64(weights), seconds: taken });
      }
    };
    const task = {
      role: "teach",
      text,
      items,
      name: "taught",
      goesOn: false,
      facts: parent && parent[0],
      weights: parent && bytes(parent[1]),
      constants,
      codes,
      ports,
    };
    teacher.postMessage(task, ports);
  });
