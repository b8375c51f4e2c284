/** The page to play with a model: its controls, its texts, and all that depends on its models. */

import { Model } from "../../models/model.ts";
import { takeWeights } from "../../models/page-file.ts";
import type { Facts } from "../../types.ts";
import { Alternatives } from "../../ui/alternatives.ts";
import { dataOf, element, field, fromAddress, make, say } from "../../ui/document.ts";
import { inDigits, offerLanguages, phraseIn, said, speak } from "../../ui/phrases.ts";
import { shownAlone } from "../../ui/shown.ts";
import { makeTabs } from "../../ui/tabs.ts";
import { describe, introduce, titleOf } from "../about/about.ts";
import { showSamples } from "../about/samples.ts";
import { CellsView } from "../cells/cells-view.ts";
import { Reading } from "../read/reading.ts";
import { Column } from "./column.ts";
import { List } from "./list.ts";
import { keepForReload, makeSharing, restoreControls } from "./sharing.ts";

const facts: Facts[] = dataOf("facts");
export const panel = new Alternatives(element("alternatives"));
/** one for each model */
const columns: Column[] = [];
const cells = new CellsView(columns);
const reading = new Reading(columns, panel);

/** The length of a text after a list, as the program has it. */
const PASSAGE = "400";

/** Whether anything was being generated at the last check. */
let busy = false;

/** Return the models' lists, if all write one. */
function listsOf() {
  const lists = columns.filter((column) => column instanceof List);
  return lists.length === columns.length ? lists : [];
}

/** Return the values of the controls. */
export function settings() {
  return {
    seed: field("seed").value,
    temperature: Number(field("temperature").value),
    topP: Math.max(0.01, Number(field("top-p").value) || 1),
    minP: Math.min(1, Number(field("min-p").value)),
    rngSeed: Number(field("rng-seed").value) >>> 0,
    length: Math.max(1, Math.floor(field("length").valueAsNumber) || Infinity),
    fast: field("fast").checked,
    fresh: field("new").checked,
    pattern: field("pattern").value,
    noRepeat: Number(field("no-repeat").value),
    original: field("teach-fresh").checked,
  };
}

// * Generation

/**
 * Begin a text, with a new random number unless that is fixed, or add ten items to a list.
 * @param again whether the text of the present number is wanted
 */
async function begin(again = false) {
  if (!again && field("vary").checked && !listsOf()[0]?.count) {
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
  const written = columns.reduce((sum, column) => sum + column.count, 0);
  const writing = columns.some((column) => column.busy);
  const focused = document.activeElement;
  element("stop").hidden = !writing;
  element("go").hidden = writing;
  element("on").hidden = writing || written === 0;
  if (focused instanceof HTMLButtonElement && focused.hidden) {
    element(writing ? "stop" : "go").focus({ preventScroll: true });
  }
  phraseIn(element("go"), lists.length && written ? "write.ten" : "write.go");
  element("after").hidden = written === 0;
  element("count").textContent = howMuch();
  const strange = [...new Set(columns.flatMap((column) => column.strange ?? []))];
  element("strange").hidden = strange.length === 0;
  phraseIn(element("strange"), "write.strange", { strange: strange.map(shownAlone).join(" ") });
  showNote(lists.map(({ note }) => note).find(Boolean) ?? null);
  keepForReload(columns);
  if (writing !== busy) {
    busy = writing;
    say(writing ? said("write.writing") : said("write.stopped", { count: howMuch() }));
  }
}

/** Return in words how much was written: two models may count in different units. */
function howMuch() {
  const counts: Map<string, number> = new Map();
  const listed = listsOf().length > 0;
  for (const { count, model } of columns) {
    const measure = listed ? "items" : model.facts.measure;
    counts.set(measure, (counts.get(measure) ?? 0) + count);
  }
  const [one, other] = [...counts].map(([measure, count]) => said(`count.${measure}`, { count }));
  return other ? said("page.and", { one, other }) : one;
}

/** Show why a list ended early: by the pattern, if that is why. */
function showNote(note: List["note"]) {
  const place = note && field("pattern").value && note[0] !== "list.full" ? "pattern-note" : "note";
  for (const id of ["note", "pattern-note"]) {
    element(id).hidden = !note || id !== place;
    if (note) {
      phraseIn(element(id), ...note);
    }
  }
  if (place === "pattern-note") {
    (element("more") as HTMLDetailsElement).open = true;
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

/** Show the number beside the slider, and fit the seed field to its lines. */
function showControls() {
  const digits = { minimumFractionDigits: 1 };
  element("temperature-value").textContent = inDigits(settings().temperature, digits);
  const seed = element("seed");
  seed.style.height = "auto";
  const border = seed.offsetHeight - seed.clientHeight;
  seed.style.height = `${seed.scrollHeight + border}px`; // without a scroll bar
}

element("form").addEventListener("input", () => {
  showControls();
  keepForReload(columns);
});
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

/** Set the controls from the address, or as they were before a reload. */
function restore() {
  const restored = restoreControls(columns);
  showControls();
  return restored;
}

// * All together

/** Return the models on the page. */
export function modelsShown() {
  return columns.map(({ model }) => model);
}

/**
 * Let the page's `n`th model be `model`: it replaces the one in its place or, after the last one,
 * stands beside it; null: there is none any more. Ending a model's worker is the caller's.
 */
export function useModel(n: number, model: Model | null) {
  const listed = listsOf().length > 0;
  columns[n]?.stop();
  columns.splice(n, 1, ...(model ? [columnOf(model)] : []));
  if (listsOf().length > 0 !== listed) {
    field("length").value = listed ? PASSAGE : "";
  }
  arrange();
  begin();
}

function columnOf(model: Model) {
  return new (model.facts.end ? List : Column)(model, panel, settings, showState);
}

/** Show all models' texts, and whatever depends on which models there are. */
function arrange() {
  const listed = listsOf().length > 0;
  element("texts").replaceChildren(
    ...columns.map(({ model, text }) => {
      const title = make("h2", "", titleOf(model.facts));
      title.hidden = columns.length === 1;
      return make("section", "", title, text);
    }),
  );
  document.body.classList.toggle("pair", columns.length > 1);
  for (const each of document.querySelectorAll(".of-list, .of-text")) {
    (each as HTMLElement).hidden = each.classList.contains("of-list") !== listed;
  }
  phraseIn(element("on"), listed ? "write.clear" : "write.on");
  element("seed").dataset.sayPlaceholder = listed ? "write.begin-each" : "write.begin";
  const known = columns.every(({ model }) => model.facts.known);
  phraseIn(element("new-label"), known ? "more.new" : "more.no-repeats");
  cells.arrange();
  tellAll();
}

/** Say all that depends on the models and the language. */
function tellAll() {
  const models = columns.map(({ model }) => model.facts);
  speak(document);
  introduce(models);
  describe(models);
  const units = new Set(models.map(({ unit }) => unit));
  const unit = units.size > 1 ? "pieces" : models[0].unit;
  const key = matchMedia("(hover: none)").matches ? `hint.tap-${unit}` : `hint.click-${unit}`;
  element("keys").textContent = said(key);
  const [one, other] = new Set(models.map(({ measure }) => said(`measure.${measure}`)));
  const measure = other ? said("page.or", { one, other }) : one;
  element("length-label").textContent = said("more.length", { measure });
  const root = document.documentElement;
  root.style.setProperty("--known", JSON.stringify(said("list.known")));
  showControls();
  showState();
}

offerLanguages();
addEventListener("languagechange", () => {
  tellAll();
  cells.open();
  reading.read();
});
makeSharing(columns);
makeTabs();
element("cells").addEventListener("shown", () => cells.open());
element("read").addEventListener("shown", () => reading.read());
element("about").addEventListener("shown", () => showSamples(modelsShown()));
element("write").addEventListener("shown", showControls); // what is hidden has no height
columns.push(...facts.map((each, n) => columnOf(new Model(each, takeWeights(n)))));
element("unable").remove();
const { again, written } = restore();
arrange();
// With reduced motion the text appears at once, not letter by letter.
field("fast").checked ||= matchMedia("(prefers-reduced-motion: reduce)").matches;
addEventListener("hashchange", restore);
if (written) {
  columns.forEach((column, n) => column.recall(written[n]));
} else {
  begin(again);
}
// An address may name the tab to open: english.html#teach.
document.getElementById(`tab-${fromAddress("tab") ?? location.hash.slice(1)}`)?.click();
