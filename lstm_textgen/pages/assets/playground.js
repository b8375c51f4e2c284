/** The page to play with a model: its controls, its three views, and the link that restores it. */

import { Alternatives } from "./alternatives.js";
import { fromBase64 } from "./binary.js";
import { CellsView } from "./cellsview.js";
import { Column } from "./column.js";
import { List } from "./list.js";
import { Model } from "./model.js";
import { block, element, field, make, say } from "./page.js";
import { LANGUAGES, speak, speakIn, spokenLanguage } from "./phrases.js";
import { shownAlone } from "./shown.js";
import { makeTabs } from "./tabs.js";

/** @type {import("./model.js").Facts[]} */
const facts = JSON.parse(block("facts"));
const panel = new Alternatives(element("alternatives"));
/** @type {Column[]} one for each model */
const columns = [];
const cells = new CellsView(columns);

/** Return the models' lists, if all write one. */
function listsOf() {
  const lists = columns.filter((column) => column instanceof List);
  return lists.length === columns.length ? lists : [];
}

/** Whether anything was being generated at the last check. */
let busy = false;

/** Return the values of the controls. */
function settings() {
  return {
    seed: field("seed").value,
    temperature: Number(field("temperature").value),
    topP: Number(field("top-p").value),
    minP: Math.min(1, Number(field("min-p").value)),
    rngSeed: Number(field("rng-seed").value) >>> 0,
    length: Math.max(1, Math.floor(field("length").valueAsNumber) || Infinity),
    fast: field("fast").checked,
    fresh: field("new").checked,
    pattern: field("pattern").value,
    noRepeat: Number(field("no-repeat").value),
  };
}

// * Generation

/** Begin a text, with a new random seed unless it is fixed, or add ten items to a list. */
async function begin() {
  if (field("vary").checked && !listsOf()[0]?.count) {
    field("rng-seed").value = String(Math.floor(Math.random() * 2 ** 31));
  }
  await Promise.all(columns.map((column) => column.begin()));
}

function stop() {
  columns.forEach((column) => column.stop());
}

/** Show the available actions. */
function showState() {
  const lists = listsOf();
  const listed = lists.length > 0;
  const written = columns.reduce((sum, column) => sum + column.count, 0);
  const writing = columns.some((column) => column.busy);
  const focused = document.activeElement;
  element("stop").hidden = !writing;
  element("go").hidden = writing;
  element("go").textContent = listed && written ? "Ten more" : "Write";
  element("on").hidden = writing || written === 0;
  if (focused instanceof HTMLButtonElement && focused.hidden) {
    element(writing ? "stop" : "go").focus({ preventScroll: true });
  }
  element("after").hidden = written === 0;
  const measure = listed ? (written === 1 ? "item" : "items") : columns[0].model.facts.measure;
  element("count").textContent = `${written.toLocaleString("en")} ${measure}`;
  const strange = [...new Set(columns.flatMap((column) => column.strange ?? []))];
  element("strange").hidden = strange.length === 0;
  element("strange").textContent = `Unknown to the model: ${strange.map(shownAlone).join(" ")}`;
  const notes = lists.map(({ note }) => note).filter(Boolean);
  element("note").hidden = notes.length === 0;
  element("note").textContent = notes[0] ?? "";
  if (writing !== busy) {
    busy = writing;
    say(writing ? "Writing." : `Stopped after ${element("count").textContent}.`);
  }
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});
element("stop").addEventListener("click", stop);
new IntersectionObserver(([acts]) => {
  element("stop").classList.toggle("adrift", !acts.isIntersecting);
}).observe(element("acts"));
element("on").addEventListener("click", () => {
  const lists = listsOf();
  lists.forEach((list) => list.empty());
  if (!lists.length) {
    columns.forEach((column) => column.go());
  }
});
element("seed").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    begin();
  }
});
addEventListener("keydown", (event) => event.key === "Escape" && busy && stop());

// * The controls

/** Show the numbers beside the sliders, and fit the seed field to its lines. */
function showControls() {
  for (const id of ["temperature", "top-p"]) {
    element(`${id}-value`).textContent = Number(field(id).value).toFixed(2);
  }
  const seed = element("seed");
  seed.style.height = "auto";
  const border = seed.offsetHeight - seed.clientHeight;
  seed.style.height = `${seed.scrollHeight + border}px`; // without a scroll bar
}

for (const id of ["temperature", "top-p", "seed"]) {
  element(id).addEventListener("input", showControls);
}
element("rng-seed").addEventListener("input", () => {
  field("vary").checked = false;
});

/** Make the pattern that the fields before it ask for. */
function makePattern() {
  const any = columns[0].model.facts.end.length > 1 ? "[\\s\\S]" : ".";
  const part = field("contains").value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const most = field("most").value && `${any}{1,${field("most").value}}`;
  const whole = part && `${any}*${part}${any}*`;
  field("pattern").value = most && whole ? `(?=${most}$)${whole}` : most || whole;
}

element("contains").addEventListener("input", makePattern);
element("most").addEventListener("input", makePattern);

// * Copy, save, link

/** Return the text of all models. */
function whole() {
  if (columns.length === 1) {
    return columns[0].whole;
  }
  return columns.map(({ model, whole }) => `--- ${model.facts.name} ---\n${whole}\n`).join("\n");
}

/** @param {string} text @param {string} what */
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    tell(`${what} not copied: the browser does not allow it`);
  }
}

/** @param {string} text */
function tell(text) {
  element("told").textContent = text;
  say(text);
}

/** The fields that a link holds: rng-seed is rng_seed there. */
const KEPT = "seed temperature top-p min-p rng-seed length pattern no-repeat fast new".split(" ");

/** Put the settings into the address, and copy it. */
function link() {
  const pairs = KEPT.map((id) => {
    const { type, checked, value } = field(id);
    const given = type === "checkbox" ? Number(checked) : encodeURIComponent(value);
    return `${id.replace("-", "_")}=${given}`;
  });
  location.replace(`#${pairs.join("&")}`);
  copy(location.href, "Link");
}

/** Set the controls from the address. */
function restore() {
  const given = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  for (const id of KEPT) {
    const value = given.get(id.replace("-", "_"));
    if (value !== null) {
      Object.assign(field(id), { value, checked: value !== "0" });
    }
  }
  field("vary").checked &&= !given.has("rng_seed");
  showControls();
}

function save() {
  const made = document.createElement("a");
  made.href = URL.createObjectURL(new Blob([whole()], { type: "text/plain;charset=utf-8" }));
  made.download = `${columns.map(({ model }) => model.facts.name).join("-")}.txt`;
  made.click();
  setTimeout(() => URL.revokeObjectURL(made.href), 1000);
  tell("Saved");
}

element("copy").addEventListener("click", () => copy(whole(), listsOf().length ? "List" : "Text"));
element("save").addEventListener("click", save);
element("link").addEventListener("click", link);

// * All together

/** Return the models on the page. */
export function modelsShown() {
  return columns.map(({ model }) => model);
}

/**
 * Let the page's `n`th model be `model`: it replaces the one in its place or, after the last one,
 * stands beside it; null: there is none any more. Ending a model's worker is the caller's.
 * @param {number} n @param {Model | null} model
 */
export function useModel(n, model) {
  columns[n]?.stop();
  columns.splice(n, 1, ...(model ? [columnOf(model)] : []));
  arrange();
  begin();
}

/** @param {Model} model */
function columnOf(model) {
  return new (model.facts.end ? List : Column)(model, panel, settings, showState);
}

/** Show all models' texts, and whatever depends on which models there are. */
function arrange() {
  element("texts").replaceChildren(
    ...columns.map(({ model, text }) => {
      const title = make("h2", "", model.facts.name);
      title.hidden = columns.length === 1;
      return make("section", "", title, text);
    }),
  );
  document.body.classList.toggle("pair", columns.length > 1);
  cells.arrange();
  showState();
}

element("language").append(
  ...Object.entries(LANGUAGES).map(([code, name]) => new Option(name, code)),
);
field("language").value = spokenLanguage();
element("language").addEventListener("change", () => speakIn(field("language").value));
speak(document);

makeTabs();
element("cells").addEventListener("shown", () => cells.open());
const codes = JSON.parse(block("kernels")).map(fromBase64);
columns.push(
  ...facts.map((each, n) => columnOf(new Model(each, fromBase64(block(`weights-${n}`)), codes))),
);
arrange();
// With reduced motion the text appears at once, not letter by letter.
restore();
field("fast").checked ||= matchMedia("(prefers-reduced-motion: reduce)").matches;
addEventListener("hashchange", restore);
begin();
