/** A text on its way into a page: prepared, and looked at. */

import type { Constants, Facts } from "../types.ts";
import { type Items, splitItems } from "./items.ts";
import { type Look, lookOf, type Numbers, Passage } from "./looks.ts";

/** What a text has. */
export interface Found {
  characters: number;
  kind: Look["kind"];
  items: Items | null; // what its items seem to be, if it looks like a list
  parts: number; // paragraphs if these are items, or else lines that aren't empty
  binary: boolean; // whether it is hardly a text
  places: string[]; // parts of it, by which it is judged how well a model knows it
  added: string[]; // characters that the model lacks and learns
  left: string[]; // characters that are left out
}

const HALVES = "|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]";

/** Control characters, of which texts have hardly any, and halves of characters. */
const CONTROLS = new RegExp(`[\\0-\\x06\\x0e-\\x1a\\x1c-\\x1f\\x7f]${HALVES}`, "g");

/**
 * What is left out: these, and the others, which logs of terminals have, but tabs and line ends.
 */
const REMOVED = new RegExp(`[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]${HALVES}`, "g");

/** Characters by which a fortune file is recognized. */
const FORTUNES_HEAD = 2 ** 16;

/** What no text has: it pads archives, images and programs. */
const NULS = "\0\0\0\0";

/** Return `text` as a model is to read it, without control characters. */
export function prepared(text: string, lower?: boolean) {
  const plain = text
    .replace(REMOVED, "")
    .replace(/^\ufeff/, "")
    .replace(/\r\n?/g, "\n")
    .normalize("NFC");
  return lower ? plain.toLowerCase() : plain;
}

/**
 * Return the text of a fortune file, whose items have lines of % between them, with blank lines
 * instead; null if `text` is none, as `entries.hy` has it.
 */
function fortunesIn(text: string, { fewestMarks }: Numbers) {
  const signs = text.slice(0, FORTUNES_HEAD).match(/^[%\\].*/gm) ?? [];
  const marks = signs.filter((line) => line.trimEnd() === "%").length;
  if (marks < fewestMarks || 2 * marks <= signs.length) return null;
  return text
    .split(/^%[^\S\n]*$/m)
    .map((item) => item.replace(/\s*\n/g, "\n").replace(/^\n+|\s+$/g, ""))
    .map((item) => item && `${item}\n\n`)
    .join("");
}

/** Return a text prepared for the model of `facts`, and whether it is a fortune file. */
export function readText(text: string, facts: Facts | null, constants: Constants) {
  const plain = prepared(text, facts?.lower);
  const fortunes = fortunesIn(plain, constants.corpus);
  return { plain: fortunes ?? plain, fortunes: fortunes !== null };
}

/** Return `texts` as one, with blank lines between them, as the program joins its sources. */
export function joinedSources(texts: string[]) {
  return texts.reduce((whole, text) => {
    const [end] = /[\r\n]*$/.exec(whole.slice(-4)) ?? [""];
    const needed = 2 - (end.match(/\r\n?|\n/g) ?? []).length;
    return whole + "\n".repeat(Math.max(0, needed)) + text;
  });
}

/** Return the characters that `prepared` leaves out. */
export function leftOut(text: string) {
  return [...new Set(text.match(REMOVED))];
}

/** Return whether `text` has so many control characters that it is none. */
export function binary(text: string, { fewControls }: Numbers) {
  const controls = text.match(CONTROLS) ?? [];
  return text.includes(NULS) || controls.length > fewControls * text.length;
}

/** Return what a text has, for someone who may let the model of `facts` learn it, or a new one. */
export function lookAt(text: string, facts: Facts | null, constants: Constants): Found {
  const { plain, fortunes } = readText(text, facts, constants);
  const whole = new Passage(plain);
  const { kind, places, stanzas } = lookOf(whole, constants.corpus);
  const items = fortunes || stanzas ? "paragraph" : kind === "list" ? "line" : null;
  return {
    characters: plain.trim() ? whole.length : 0,
    kind: stanzas && kind === "prose" ? "verse" : kind,
    items,
    parts: splitItems(plain, items ?? "line", constants.blank).length,
    binary: binary(text, constants.corpus),
    places,
    added: unitsIn(plain, facts),
    left: leftOut(text),
  };
}

/** Return the units of `text` that a model lacks, which are characters, in order. */
export function unitsIn(text: string, facts: Facts | null) {
  const known = new Set(facts?.units);
  const seen = new Uint8Array(0x110000);
  for (let n = 0; n < text.length; n++) {
    const code = text.codePointAt(n) ?? 0;
    seen[code] = 1;
    n += code > 0xffff ? 1 : 0;
  }
  const found: number[] = [];
  seen.forEach((is, code) => is && found.push(code));
  return found.map((code) => String.fromCodePoint(code)).filter((unit) => !known.has(unit));
}
