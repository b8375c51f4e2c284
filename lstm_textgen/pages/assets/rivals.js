/** Of several texts the likeliest, as in `selection.hy`. */

import { CONSTANTS } from "./page.js";

/**
 * Return of how many items by a model the likeliest is kept.
 * @param {import("./model.js").Facts} facts
 */
export function rivalsFor({ unit, record }) {
  const { usual, short, shortItem } = CONSTANTS.rivals;
  return (record.facts.median_item ?? 0) > shortItem[unit] ? usual : short;
}

/** Chooses items one by one: it knows those of the list, and what it chose. */
export class Rivals {
  /**
   * @param {Set<number>} known fingerprints, which grow
   * @param {import("./list.js").Item[]} [earlier] items
   */
  constructor(known, earlier = []) {
    this.known = known;
    this.openings = new Set(earlier.map(openingOf));
    /** @type {Map<string, number>} how many of the items have each word */
    this.used = new Map();
    earlier.forEach((item) => this.#use(item));
  }

  /**
   * Return the best of some items, and know it: one that has an end, is new, begins in its own
   * way, and is the most likely per letter.
   * @param {import("./list.js").Item[]} items
   */
  best(items) {
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

  /** @param {import("./list.js").Item} item whose longer words then count as less likely */
  #use(item) {
    for (const word of new Set(itsWords(item))) {
      if (word.length > CONSTANTS.lexicon.short) {
        this.used.set(word, (this.used.get(word) ?? 0) + 1);
      }
    }
  }

  /**
   * Return how improbable an item was, per letter or digit, and its words are by now.
   * @param {import("./list.js").Item} item
   */
  #surpriseOf(item) {
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

/** @param {number[]} a @param {number[]} b */
function ordered(a, b) {
  const place = a.findIndex((rank, n) => rank !== b[n]);
  return place < 0 ? 0 : a[place] - b[place];
}

/** @param {import("./list.js").Item} item */
function itsWords({ text, seed }) {
  return text.slice(seed.length).toLowerCase().trim().split(/\s+/);
}

/** @param {import("./list.js").Item} item */
function openingOf(item) {
  return itsWords(item).slice(0, CONSTANTS.rivals.opening).join(" ");
}
