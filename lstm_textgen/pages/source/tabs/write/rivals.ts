/** Of several texts the likeliest, as in `selection.hy`. */

import type { Facts } from "../../types.ts";
import { CONSTANTS } from "../../ui/document.ts";
import type { Item } from "./list.ts";

/** Return of how many items by a model the likeliest is kept. */
export function rivalsFor({ unit, record }: Facts) {
  const { usual, short, shortItem } = CONSTANTS.rivals;
  return (record.facts.median_item ?? 0) > shortItem[unit] ? usual : short;
}

/** Chooses items one by one: it knows those of the list, and what it chose. */
export class Rivals {
  known: Set<number>;
  openings: Set<string>;
  used: Map<string, number>; // how many of the items have each word

  /**
   * @param known fingerprints, which grow
   * @param earlier items
   */
  constructor(known: Set<number>, earlier: Item[] = []) {
    this.known = known;
    this.openings = new Set(earlier.map(openingOf));
    this.used = new Map();
    earlier.forEach((item) => this.#use(item));
  }

  /**
   * Return the best of some items, and know it: one that has an end, is new, begins in its own way,
   * and is the most likely per letter.
   */
  best(items: Item[]) {
    const ranks = items.map((item) => [
      Number(item.cut),
      Number(this.known.has(item.fingerprint)),
      Number(this.openings.has(openingOf(item))),
      this.#surpriseOf(item),
    ]);
    const order = items.map((_, n) => n).sort((a, b) => ordered(ranks[a], ranks[b]));
    const item = items[order[0]];
    this.known.add(item.fingerprint);
    this.openings.add(openingOf(item));
    this.#use(item);
    return item;
  }

  /** @param item whose longer words then count as less likely */
  #use(item: Item) {
    for (const word of new Set(itsWords(item))) {
      if (word.length > CONSTANTS.lexicon.short) {
        this.used.set(word, (this.used.get(word) ?? 0) + 1);
      }
    }
  }

  /** Return how improbable an item was, per letter or digit, and its words are by now. */
  #surpriseOf(item: Item) {
    const { units, text, seed } = item;
    const letters = text.slice(seed.length).match(/[\p{L}\p{N}]/gu)?.length;
    const own = units.reduce((sum, { odds }) => sum - Math.log(odds), 0);
    const again = itsWords(item).reduce(
      (sum, word) => sum + Math.log(1 + (this.used.get(word) ?? 0)),
      0,
    );
    return (own + again) / (letters || units.length || 1);
  }
}

function ordered(a: number[], b: number[]) {
  const place = a.findIndex((rank, n) => rank !== b[n]);
  return place < 0 ? 0 : a[place] - b[place];
}

function itsWords({ text, seed }: Item) {
  return text.slice(seed.length).toLowerCase().trim().split(/\s+/);
}

function openingOf(item: Item) {
  return itsWords(item).slice(0, CONSTANTS.rivals.opening).join(" ");
}
