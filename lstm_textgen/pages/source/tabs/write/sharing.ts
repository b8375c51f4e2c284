/** What is taken from a page: a text, and a link that has the settings and what was picked. */

import { copyFrom, element, field, saveFile, say, toAddress } from "../../ui/document.ts";
import { said, spokenLanguage } from "../../ui/phrases.ts";
import type { Column, Entry } from "./column.ts";

/** The fields that a link holds: rng-seed is rng_seed there. */
const KEPT =
  "seed temperature top-p min-p rng-seed vary length pattern no-repeat fast new sheet-digits".split(
    " ",
  );

/** Milliseconds without a change after which settings are kept for a reload. */
const SETTLED = 300;

/** Return the settings as the part of an address after #, with texts that Write wouldn't repeat. */
function fragmentOf(columns: Column[]) {
  const pairs = KEPT.map((id) => {
    const { type, checked, value } = field(id);
    return [id.replace("-", "_"), type === "checkbox" ? String(Number(checked)) : value];
  });
  if (columns.some(({ altered }) => altered)) {
    pairs.push(["written", JSON.stringify(columns.map(writtenIn))]);
  }
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/**
 * Return a text as a link has it, with the size of its vocabulary: ids mean nothing in another one.
 */
function writtenIn({ entries, model }: Column) {
  return { units: model.facts.units.length, entries };
}

let settling: number | undefined;

/** Keep the settings and the text, so that they survive a reload. */
export function keepForReload(columns: Column[]) {
  clearTimeout(settling);
  settling = setTimeout(() => {
    history.replaceState({ ...history.state, kept: fragmentOf(columns) }, "");
  }, SETTLED);
}

/**
 * Set the controls from what was kept before a reload, or else from the address.
 * @returns whether a random number was given, and what each column had written, if that was given
 * for these models
 */
export function restoreControls(columns: Column[]): { again: boolean; written: Entry[][] | null } {
  const from = history.state?.kept ?? location.hash.slice(1);
  const given = new URLSearchParams(from.replaceAll("+", "%2B"));
  for (const id of KEPT) {
    const value = given.get(id.replace("-", "_"));
    if (value !== null) {
      Object.assign(field(id), { value, checked: value !== "0" });
    }
  }
  return { again: given.has("rng_seed"), written: entriesIn(given.get("written"), columns) };
}

/** @param json strangers' */
function entriesIn(json: string | null, columns: Column[]): Entry[][] | null {
  try {
    const all: { units: number; entries: Entry[] }[] = JSON.parse(json ?? "null");
    const sound = columns.every(
      ({ model }, n) =>
        all[n].units === model.facts.units.length &&
        all[n].entries.length > 0 &&
        all[n].entries.every(
          ({ seed, way, ids }) =>
            typeof seed === "string" && Number.isInteger(way) && typeof ids === "string",
        ),
    );
    return sound ? all.map(({ entries }) => entries) : null;
  } catch {
    return null;
  }
}

/**
 * Copy a text or, where the browser doesn't allow it, show it selected.
 * @param done what to say then
 */
async function copyOut(text: string, done: string) {
  const shown = field("taken");
  shown.value = text;
  const copied = await copyFrom(shown);
  shown.hidden = copied;
  announce(said(copied ? done : "take.by-hand"));
}

function announce(text: string) {
  element("told").textContent = text;
  say(text);
}

/** Return the text of all models. */
function wholeOf(columns: Column[]) {
  if (columns.length === 1) return columns[0].whole;
  return columns.map(({ model, whole }) => `--- ${model.facts.name} ---\n${whole}\n`).join("\n");
}

/** Let the buttons do what they say with the `columns` that there are then. */
export function makeSharing(columns: () => Column[]) {
  element("copy").addEventListener("click", () => {
    const lists = columns().every(({ model }) => model.facts.end);
    copyOut(wholeOf(columns()), lists ? "take.copied-list" : "take.copied-text");
  });
  element("save").addEventListener("click", () => {
    const name = columns()
      .map(({ model }) => model.facts.name)
      .join("-");
    saveFile(`${name}.txt`, new Blob([wholeOf(columns())], { type: "text/plain" }));
    announce(said("take.saved"));
  });
  element("link").addEventListener("click", () => {
    history.replaceState(history.state, "", `#${fragmentOf(columns())}`);
    toAddress("language", spokenLanguage());
    toAddress("tab", "write"); // where this button is
    copyOut(location.href, "take.copied-link");
  });
}
