/** What a text looks like, judged by parts of it, as in `looks.hy` and `breaks.hy`. */

import type { Constants } from "../types.ts";

/** Of the program; `looks.hy` and `breaks.hy` explain them. */
export type Numbers = Constants["corpus"];

/** Of a text. */
export interface Look {
  places: string[]; // parts of it, by which it is judged how well a model predicts it
  unbroken: string; // where its lines don't end: after letters, after commas, in sentences
  run: number; // the characters of the longest run of one character in parts of it
  code: boolean; // whether it is indented like code
  stanzas: boolean; // whether it looks like poems in stanzas
  kind: "prose" | "list" | "chat" | "verse";
}

const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;

/** A text whose characters are counted as Python counts them: by code points. */
export class Passage {
  text: string;
  pairs: number[]; // the numbers of the characters that are pairs in JavaScript
  length: number;

  /** @param text without halves of characters */
  constructor(text: string) {
    this.text = text;
    this.pairs = [];
    for (const { index } of text.matchAll(/[\ud800-\udbff]/g)) {
      this.pairs.push(index - this.pairs.length);
    }
    this.length = text.length - this.pairs.length;
  }

  /** Return the text from the character `start` to before `stop`. */
  part(start: number, stop = this.length) {
    return this.text.slice(this.#place(start), this.#place(stop));
  }

  /** @param index of a character */
  #place(index: number) {
    let [low, high] = [0, this.pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = this.pairs[middle] < index ? [middle + 1, high] : [low, middle];
    }
    return index + low;
  }

  /** Return up to `most` parts of `size` characters, evenly spaced. */
  sample([most, size]: number[]) {
    const count = Math.max(1, Math.min(most, Math.floor(this.length / size)));
    const step = Math.floor(this.length / count);
    return Array.from({ length: count }, (_, n) => this.part(n * step, n * step + size));
  }
}

/** Return the `Look` of a prepared text. */
export function lookOf(text: Passage, numbers: Numbers) {
  const lines = sampledLines(text, numbers);
  const parts = text.sample(numbers.brokenUp);
  const full = lines.filter((line) => line.trim());
  const indented = full.filter((line) => /^(?: {2}|\t)/.test(line)).length;
  return {
    places: text.sample(numbers.tried),
    unbroken: unbrokenIn(parts, numbers),
    run: Math.max(1, ...parts.map(longestRunIn)),
    code: indented > numbers.indented * full.length,
    stanzas: stanzasIn(lines, numbers),
    kind: kindOf(text, lines, numbers),
  } as Look;
}

/** Return lines of parts of `text`. */
function sampledLines(text: Passage, { lookedThrough }: Numbers) {
  // The first and the last line of a place may be cut.
  return text
    .sample(lookedThrough)
    .flatMap((place, n) => place.split("\n").slice(n > 0 ? 1 : 0, -1));
}

function longestRunIn(part: string) {
  let [longest, run, last] = [1, 0, ""];
  for (const character of part) {
    run = character === last ? run + 1 : 1;
    last = character;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Return the kinds of breaks that `places`, parts of a text, hardly have, with spaces between. */
export function unbrokenIn(places: string[], { oversights, breaks, commas }: Numbers) {
  const most = oversights * places.reduce((sum, place) => sum + Array.from(place).length, 0);
  const found: Map<string | undefined, number> = new Map();
  for (const place of places) {
    for (const [, before, space, after] of place.matchAll(/(\S)[^\S\n]*(\n\s*)(?=(\S))/gu)) {
      const kind = kindOfBreak(before, commas);
      const within = kind && /\p{Lowercase}/u.test(after) && space.split("\n").length === 2;
      for (const each of within ? [kind, "sentences"] : [kind]) {
        found.set(each, (found.get(each) ?? 0) + 1);
      }
    }
  }
  return breaks.filter((kind) => (found.get(kind) ?? 0) <= most).join(" ");
}

/** Return the kind of a break after the character `before`, if it has one. */
export function kindOfBreak(before: string, commas: string) {
  const comma = before && commas.includes(before) ? "commas" : undefined;
  return /\p{L}/u.test(before) ? "letters" : comma;
}

// * Kinds of texts

/** Return the kind of `text`, by `lines` of its parts. */
function kindOf(text: Passage, lines: string[], numbers: Numbers): Look["kind"] {
  const full = lines.filter((line) => line.trim()).map((line) => line.trimEnd());
  if (full.length === 0) return "prose";
  const found = measuresOf(full, numbers);
  const list = within(numbers.list, { ...found, full: full.length / lines.length });
  if (list && linesOf(text.text) >= numbers.fewestLines) return "list";
  if (full.length >= numbers.few && found.spoken >= numbers.mostlySpoken) return "chat";
  const lyrical =
    found.typical <= numbers.verse &&
    found.words < numbers.list.ending[0] &&
    found.sentences <= 0.5 &&
    found.code <= numbers.list.signs[1] &&
    (found.broken <= numbers.list.broken[1] || found.small <= 0.5);
  return full.length >= numbers.few && lyrical ? "verse" : "prose";
}

/**
 * Return whether a text with such `lines` looks like poems in stanzas, as `stanzas?` of looks.hy.
 */
function stanzasIn(lines: string[], numbers: Numbers) {
  const [least, most] = numbers.stanzaLines;
  const sizes: number[] = [];
  lines.forEach((line, n) => {
    if (line.trim()) {
      const goesOn = n > 0 && lines[n - 1].trim();
      sizes.push(1 + (goesOn ? (sizes.pop() ?? 0) : 0));
    }
  });
  if (sizes.length < numbers.fewestStanzas) return false;
  const full = lines.filter((line) => line.trim()).map((line) => line.trimEnd());
  const several = sizes.filter((size) => least <= size && size <= most).length / sizes.length;
  return within(numbers.stanzas, { ...measuresOf(full, numbers), several });
}

/** Return whether each of the `measures` is within its limits. */
function within(limits: Record<string, number[]>, measures: Record<string, number>) {
  return Object.entries(limits).every(
    ([name, [least, most]]) => least <= measures[name] && measures[name] <= most,
  );
}

/** Return the number of lines of `text`. */
function linesOf(text: string) {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** Return what there is to know of `lines`, none of them empty: see `LIST` of looks.hy. */
export function measuresOf(lines: string[], { shortLines, signs }: Numbers) {
  const [odd, code] = [signs.odd, signs.code].map((pattern) => new RegExp(pattern));
  const sizes = lines.map((line) => Array.from(line).length).sort((a, b) => a - b);
  const [typical, long] = [0.5, 0.98].map((share) => sizes[Math.floor(share * lines.length)]);
  const beginnings = countsOf(lines.map(beginningOf));
  const endings = countsOf(lines.map((line) => endingOf(line, signs)));
  const speakers = speakersIn(lines);
  const share = (test: (line: string) => boolean) => lines.filter(test).length / lines.length;
  const spoken = [...speakers.values()].filter((times) => times > 1);
  const [[ending, often]] = [...endings].sort(([, a], [, b]) => b - a);
  const small = (beginnings.get("small") ?? 0) / lines.length;
  const broken =
    long <= shortLines || ending === "sentence"
      ? 0
      : share((line) => Array.from(line).length >= 0.85 * long);
  return {
    indented: share((line) => /^\s/.test(line)),
    lettered: share((line) => /\p{L}/u.test(line)),
    signs: share((line) => odd.test(line.replace(ASIDE, "").trimEnd())),
    spoken: spoken.reduce((sum, times) => sum + times, 0) / lines.length,
    code: share((line) => code.test(line)),
    beginning: Math.max(...beginnings.values()) / lines.length,
    small,
    ending: often / lines.length,
    sentences: (endings.get("sentence") ?? 0) / lines.length,
    words: (endings.get("word") ?? 0) / lines.length,
    typical,
    longest: long / Math.max(typical, 10),
    broken,
    wrapped: Math.min(broken, small),
  };
}

/** Words in brackets after a space, as in "Frost (live)". */
const ASIDE = /(?<=\s)(?:\([^()]*\)|\[[^[\]]*[\p{L}\p{Nl}\p{No}][^[\]]*\])(?=[\s.,!?]|$)/gu;

/** Return those who may speak in `lines`, and how often. */
export function speakersIn(lines: string[]) {
  return countsOf(
    lines.filter((line) => line.includes(": ")).map((line) => line.slice(0, line.indexOf(": "))),
  );
}

/** Return how often each of `values` occurs, in the order in which they first do. */
export function countsOf<T>(values: T[]): Map<T, number> {
  const counts = new Map();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

function beginningOf(line: string) {
  const first = LETTER_OR_NUMBER.exec(line)?.[0] ?? "";
  if (/\p{N}/u.test(first)) return "digit";
  return /\p{Lowercase}/u.test(first) ? "small" : "letter";
}

function endingOf(line: string, { closing, sentence, pause }: Numbers["signs"]) {
  const last = Array.from(line).findLast((each) => !closing.includes(each)) ?? "";
  if (sentence.includes(last)) return "sentence";
  return pause.includes(last) ? "pause" : "word";
}
