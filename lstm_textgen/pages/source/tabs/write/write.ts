/** The tab Write: a text by each model. */

import { session } from "../../models/session.ts";
import { Alternatives } from "../../ui/alternatives.ts";
import { element, field, make, say } from "../../ui/document.ts";
import { phraseIn, said } from "../../ui/phrases.ts";
import { shownAlone } from "../../ui/shown.ts";
import { titleOf } from "../about/about.ts";
import { Column } from "./column.ts";
import { settings, showControls } from "./controls.ts";
import { List } from "./list.ts";
import { keepForReload, makeSharing, restoreControls } from "./sharing.ts";

export const panel = new Alternatives(element("alternatives"));
/** One for each model. */
let columns: Column[] = [];

/** The length of a text after a list, as the program has it. */
const PASSAGE = "400";

/** Whether anything was being generated at the last check. */
let busy = false;

/** Return the `n`th model's text, and the seed that it begins with. */
export function textOf(n: number) {
  const { seed, whole } = columns[n];
  return { seed, whole };
}

/** Return the models' lists, if all write one. */
function listsOf() {
  const lists = columns.filter((column) => column instanceof List);
  return lists.length === columns.length ? lists : [];
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

// * The models

/** Let each model have a column: one that stays goes on. Return those that are new. */
function takeModels() {
  const listed = listsOf().length > 0;
  const old = columns;
  columns = session.models.map(
    (model) =>
      old.find((column) => column.model === model) ??
      new (model.facts.end ? List : Column)(model, panel, settings, showState),
  );
  old.filter((column) => !columns.includes(column)).forEach((column) => column.stop());
  if (old.length && listsOf().length > 0 !== listed) {
    field("length").value = listed ? PASSAGE : "";
  }
  arrange();
  return columns.filter((column) => !old.includes(column));
}

/** Show all models' texts, and the controls for these. */
function arrange() {
  const listed = listsOf().length > 0;
  element("texts").replaceChildren(
    ...columns.map(({ model, text }) => {
      text.dataset.values = JSON.stringify({ name: model.facts.name });
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
  const known = session.models.every(({ facts }) => facts.known);
  phraseIn(element("new-label"), known ? "more.new" : "more.no-repeats");
  tell();
}

/** Say what depends on the models and the language. */
function tell() {
  const models = session.models.map(({ facts }) => facts);
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

/** Write what the address asks for, or what was there before a reload. */
function restore() {
  const { again, written } = restoreControls(columns);
  showControls();
  if (written) {
    columns.forEach((column, n) => column.recall(written[n]));
  } else {
    begin(again);
  }
}

makeSharing(() => columns);
for (const id of ["form", "sheet-digits"]) {
  element(id).addEventListener("input", () => keepForReload(columns));
}
takeModels();
// With reduced motion the text appears at once, not letter by letter.
field("fast").checked ||= matchMedia("(prefers-reduced-motion: reduce)").matches;
restore();
addEventListener("languagechange", tell);
// Another address was pasted, perhaps of a tab alone.
addEventListener("hashchange", () => {
  if (location.hash.includes("=")) {
    listsOf().forEach((list) => list.empty());
    restore();
  }
});
session.subscribe(() => takeModels().forEach((column) => column.begin()));
