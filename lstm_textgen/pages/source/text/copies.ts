/** Passages that a text has in common with the one that was learned, and a rule against them. */

import type { Place } from "../types.ts";
import { lastOf } from "./units.ts";

/** Characters that the rule looks at: of shorter passages nobody is the author. */
const SHINGLE = 12;

/** Characters beyond these from which no word is begun, so that it ends before the limit. */
const SPARE = 4;

/** The base of rolling hashes, odd. */
const BASE = 0x01000193;

/** The passages of a text of one length, each found in a moment; no other is mistaken for one. */
export class Passages {
  codes: Uint32Array<ArrayBuffer>; // of the characters
  size: number;
  shift: number;
  last: Int32Array<ArrayBuffer>;
  before: Int32Array<ArrayBuffer>;
  often: Uint8Array<ArrayBuffer>; // Whether a passage comes again.

  /** @param size in characters */
  constructor(text: string, size: number) {
    const codes = codesOf(text);
    this.codes = codes;
    this.size = size;
    const count = Math.max(0, codes.length - size + 1);
    const bits = Math.max(8, Math.ceil(Math.log2(count + 1)));
    this.shift = 32 - bits;
    // Of each hash the last passage that has it, and of each passage the one before, from 1.
    this.last = new Int32Array(2 ** bits);
    this.before = new Int32Array(count);
    this.often = new Uint8Array(count);
    this.#read(codes, (at, hash) => {
      const place = hash >>> this.shift;
      const same = this.#find(place, codes, at);
      if (same) {
        this.often[same - 1] = 1;
      } else {
        this.before[at] = this.last[place];
        this.last[place] = at + 1;
      }
    });
  }

  /** Return before which characters `codes` have passages, or only such as come `once`. */
  placesIn(codes: Uint32Array, once = false) {
    const places: number[] = [];
    this.#read(codes, (at, hash) => {
      const found = this.#find(hash >>> this.shift, codes, at);
      if (found && !(once && this.often[found - 1])) {
        places.push(at);
      }
    });
    return places;
  }

  /** Call `take` for each place in a text with the hash of the passage there. */
  #read(codes: Uint32Array, take: (at: number, hash: number) => void) {
    const { size } = this;
    let [hash, oldest] = [0, 1];
    for (let n = 1; n < size; n++) {
      oldest = Math.imul(oldest, BASE);
    }
    for (let end = 0; end < codes.length; end++) {
      hash = (Math.imul(hash, BASE) + codes[end]) | 0;
      if (end >= size - 1) {
        const at = end - size + 1;
        take(at, Math.imul(hash, 0x9e3779b1));
        hash = (hash - Math.imul(oldest, codes[at])) | 0;
      }
    }
  }

  /**
   * Return which of the passages with a hash is that at a place of another text, from 1, or 0.
   * @param place of the hash
   */
  #find(place: number, codes: Uint32Array, at: number) {
    for (let next = this.last[place]; next > 0; next = this.before[next - 1]) {
      let same = 0;
      while (same < this.size && this.codes[next - 1 + same] === codes[at + same]) {
        same += 1;
      }
      if (same === this.size) return next;
    }
    return 0;
  }
}

/** Return the code points of `text`. */
export function codesOf(text: string) {
  const codes = new Uint32Array(text.length);
  let count = 0;
  for (const character of text) {
    codes[count++] = character.codePointAt(0) ?? 0;
  }
  return codes.subarray(0, count);
}

/** Return the parts of `text` that have `passages`, each with its start and end in characters. */
export function copiedParts(text: string, passages: Passages) {
  const parts: [number, number][] = [];
  for (const start of passages.placesIn(codesOf(text))) {
    const last = parts.at(-1);
    if (last && start <= last[1]) {
      last[1] = start + passages.size;
    } else {
      parts.push([start, start + passages.size]);
    }
  }
  return parts;
}

/**
 * Copies no passage of so many characters of a text. At the limit a text breaks off, maybe within
 * a word, so from half of it on a word is begun less and less often. Names and phrases, which come
 * more than once, may be longer. Chance decides, but one that follows from the text.
 */
export class NoCopies {
  units: string[];
  passages: Passages;
  shingles: Passages;

  /**
   * @param text that was learned
   * @param copied characters of a passage that counts as copied
   */
  constructor(units: string[], text: string, copied: number) {
    this.units = units;
    this.passages = new Passages(text, copied);
    this.shingles = new Passages(text, SHINGLE);
  }

  refuses(id: number, { text }: Place) {
    const unit = this.units[id];
    const { size } = this.passages;
    // What was copied before can't be helped.
    if (this.passages.placesIn(codesOf(lastOf(text, size - 1) + unit)).length > 0) return true;
    const begins =
      /^\s\p{L}/u.test(unit) || (/^\p{L}/u.test(unit) && !/\p{L}$/u.test(text.slice(-2)));
    const end = lastOf(text, 2 * size) + unit;
    const copied = begins ? this.#copiedAt(codesOf(end)) : 0;
    return copied > 0 && chanceOf(end.slice(-SHINGLE)) < (copied - SHINGLE) / SPARE;
  }

  /** Return the length of the passage at the end of `codes` that the learned text has once. */
  #copiedAt(codes: Uint32Array) {
    const places = this.shingles.placesIn(codes, true);
    let start = codes.length - SHINGLE;
    if (places.at(-1) !== start) return 0;
    for (let n = places.length - 1; n > 0 && places[n - 1] === start - 1; n--) {
      start -= 1;
    }
    return codes.length - start;
  }
}

/** Return a number from 0 to below 1 that follows from `text`. */
function chanceOf(text: string) {
  let hash = 0;
  for (let n = 0; n < text.length; n++) {
    hash = Math.imul(hash ^ text.charCodeAt(n), BASE);
  }
  return (Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0) / 2 ** 32;
}
