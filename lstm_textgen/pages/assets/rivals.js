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
  }

  /**
   * Return the best of some items, and know it: one that is new, begins in its own way, and is the
   * most likely per letter.
   * @param {import("./list.js").Item[]} items
   */
  best(items) {
    const ranks = items.map((item) => [
      Number(this.known.has(item.fingerprint)),
      Number(this.openings.has(openingOf(item))),
      surpriseOf(item),
    ]);
    const order = items.map((_, n) => n).sort((a, b) => ordered(ranks[a], ranks[b]));
    const item = items[order[0]];
    this.known.add(item.fingerprint);
    this.openings.add(openingOf(item));
    return item;
  }
}

/** @param {number[]} a @param {number[]} b */
function ordered(a, b) {
  const place = a.findIndex((rank, n) => rank !== b[n]);
  return place < 0 ? 0 : a[place] - b[place];
}

/** @param {import("./list.js").Item} item */
function openingOf({ text, seed }) {
  const words = text.slice(seed.length).toLowerCase().trim().split(/\s+/);
  return words.slice(0, CONSTANTS.rivals.opening).join(" ");
}

/**
 * Return how improbable an item was, per letter or digit.
 * @param {import("./list.js").Item} item
 */
function surpriseOf({ units, text, seed }) {
  const letters = text.slice(seed.length).match(/[\p{L}\p{N}]/gu)?.length;
  return units.reduce((sum, { odds }) => sum - Math.log(odds), 0) / (letters || units.length || 1);
}
