/** The words that a model may spell, so that it invents none: see `lexicon.hy`. */

import type { Constants, Place } from "../types.ts";
import type { Passage } from "./looks.ts";

/** Words of what Python calls letters, Ⅳ and ², too. */
export const SPELLED = /[\p{L}\p{Nl}\p{No}]+/gu;

/** Characters before a place in which words are noticed. */
const NOTICED = 200;

/** After a word that may come again soon, in a lexicon. */
const MARK = "+";

export type Limits = Constants["lexicon"];

/** A lexicon; its words with one first letter are unpacked when one is looked up. */
export class Lexicon {
  /** by their first letters */
  found: Map<string, { words: string[]; again: Set<string> }> = new Map();

  parts: Map<string, string>;

  /** @param text as of `packed` */
  constructor(text: string) {
    const parts = text.split("0").slice(1);
    this.parts = new Map(parts.map((part) => [firstOf(part), `0${part}`]));
  }

  has(word: string) {
    return this.#from(word) === word;
  }

  /** @param start of a word */
  begins(start: string) {
    return this.#from(start).startsWith(start);
  }

  /** @param word that may come again near its last place, or not */
  comesAgain(word: string) {
    return this.#beginning(firstOf(word)).again.has(word);
  }

  /** All words, with their marks. */
  get marked() {
    return [...this.parts.values()].flatMap((part) =>
      wordsIn(part).map(([word, mark]) => word + mark),
    );
  }

  #from(start: string) {
    const { words } = this.#beginning(firstOf(start));
    let [low, high] = [0, words.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = words[middle] < start ? [middle + 1, high] : [low, middle];
    }
    return words[low] ?? "";
  }

  #beginning(first: string) {
    let found = this.found.get(first);
    if (!found) {
      const pairs = wordsIn(this.parts.get(first) ?? "");
      const again = new Set(pairs.flatMap(([word, mark]) => (mark ? [word] : [])));
      found = { words: pairs.map(([word]) => word).sort(), again };
      this.found.set(first, found);
    }
    return found;
  }
}

function firstOf(word: string) {
  return String.fromCodePoint(word.codePointAt(0) ?? 0);
}

/** Return the words in a part of a lexicon, each with its mark. */
function wordsIn(part: string) {
  let last = "";
  return Array.from(part.matchAll(/(\d)([^\d+]*)(\+?)/g), ([, alike, rest, mark]) => {
    last = Array.from(last).slice(0, Number(alike)).join("") + rest;
    return [last, mark];
  });
}

/** Return the lexicon of these words, with or without marks. */
export function packedWords(words: Iterable<string>) {
  let last: string[] = [];
  const parts = [...new Set(words)].sort().map((word) => {
    const letters = Array.from(word);
    let alike = 0;
    while (alike < Math.min(9, last.length) && last[alike] === letters[alike]) {
      alike += 1;
    }
    last = word.endsWith(MARK) ? letters.slice(0, -1) : letters;
    return alike + letters.slice(alike).join("");
  });
  return parts.join("");
}

/**
 * Return the lexicon of `text` and of what is `known`; "" if the text invents words or is too long.
 * @param known another lexicon
 */
export function lexiconOf(
  { text, length }: Passage,
  known: string,
  { longest, tenths, mostStrange, mostNew, near, again }: Limits,
) {
  const words = length > longest ? [] : (text.match(SPELLED) ?? []);
  const small = words.map((word) => word.toLowerCase());
  const tested = Math.floor(words.length / tenths);
  const first = words.length - tested;
  const read = new Set(small.slice(0, first));
  const lexicon = new Lexicon(known);
  const strange = words.slice(first).filter((word) => {
    const each = word.toLowerCase();
    return !(read.has(each) || lexicon.has(each));
  });
  const inSmall = strange.filter(
    (word) => /\p{Lowercase}/u.test(word) && !/[\p{Uppercase}\p{Lt}]/u.test(word),
  );
  if (!tested || inSmall.length > mostStrange * tested || strange.length > mostNew * tested) {
    return "";
  }
  const counts: Map<string, { count: number; near: number; last: number }> = new Map();
  small.forEach((word, n) => {
    const { count, near: times, last } = counts.get(word) ?? { count: 0, near: 0, last: -near };
    counts.set(word, { count: count + 1, near: times + Number(n - last < near), last: n });
  });
  const marked = new Set(lexicon.marked);
  for (const [word, { count, near: times }] of counts) {
    marked.add(times >= again * count ? word + MARK : word);
  }
  return packedWords([...marked].filter((word) => !marked.has(word + MARK)));
}

/** Spells no word that a lexicon lacks, and none that was just written, as in rules.hy. */
export class KnownWords {
  units: string[];
  lexicon: Lexicon;
  near: number;
  short: number;

  constructor(units: string[], lexicon: string, { near, short }: Limits) {
    this.units = units;
    this.lexicon = new Lexicon(lexicon);
    this.near = near;
    this.short = short;
  }

  refuses(id: number, { text }: Place, strict = true) {
    const { lexicon, near } = this;
    if (!strict) return false;
    const before = text.slice(-NOTICED);
    const whole = before + this.units[id];
    const recent: string[] = [];
    for (const { 0: found, index } of whole.matchAll(SPELLED)) {
      const end = index + found.length;
      const word = found.toLowerCase();
      const begun = before.slice(index, end).toLowerCase();
      if (end >= before.length && !(begun && !lexicon.begins(begun))) {
        const known = end < whole.length ? lexicon.has(word) : lexicon.begins(word);
        const again = !begun && recent.slice(1 - near).some((each) => this.#again(each, word));
        if (!known || again) return true;
      }
      recent.push(word);
    }
    return false;
  }

  /**
   * @param recent a word
   * @param word that may begin with it
   */
  #again(recent: string, word: string) {
    const long = Array.from(recent).length > this.short;
    return long && word.startsWith(recent) && !this.lexicon.comesAgain(recent);
  }
}
