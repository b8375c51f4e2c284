/**
 * A text that is a list: its items, those held out, and what is known of them, as in `lists.hy`.
 */

import type { Constants, Facts } from "../types.ts";
import { countsOf } from "./looks.ts";
import { inOrder } from "./units.ts";

/** What the items of a list are. */
export type Items = "line" | "paragraph";

/** What ends an item. */
export const ENDS = { line: "\n", paragraph: "\n\n" };

/**
 * Return the items of `text`: its lines, or its paragraphs, that aren't empty.
 * @param blank of the constants
 */
export function splitItems(text: string, items: Items, blank: string) {
  const space = `[\\n${blank}]`;
  const ends = new RegExp(items === "line" ? "\n" : `\\n(?:[${blank}]*\\n)+`);
  const outer = new RegExp(items === "line" ? `${space}+$` : `^${space}+|${space}+$`, "g");
  return text
    .split(ends)
    .map((part) => part.replace(outer, ""))
    .filter(Boolean);
}

/**
 * Return the items of `text` as a model reads them, each with its `end`.
 * @param blank of the constants
 */
export function wholeItems(text: string, end: string, blank: string) {
  const items = splitItems(text, end === ENDS.line ? "line" : "paragraph", blank);
  return items.map((item) => item + end).join("");
}

/** Return the whole number nearest to `x`, of two the even one, as Python does. */
export function evenly(x: number) {
  const near = Math.round(x);
  return near - x === 0.5 && near % 2 ? near - 1 : near;
}

/** What a model is to learn of a text that may be a list. */
export interface WishForItems {
  items: Items | null; // what its items are, if it is a list
  facts: Facts | null; // of the model that learns it; null: a new one, from nothing
  goesOn?: boolean; // whether the new model also keeps what its parent's texts brought
  constants: Constants;
}

/**
 * Return what is known of the items of a list: `kept`, the facts that a model keeps, in the words
 * of facts.hy, whether they are `brief`, and the lookback that is `covering` most of them, if any.
 * @param sizes of the items, in units, with their ends
 */
export function factsOfItems(
  list: string[],
  sizes: number[],
  { items, facts, goesOn, constants }: WishForItems,
) {
  const { mostItems, windows, brief } = constants.corpus;
  const earlier = (goesOn && facts?.record?.facts) || {};
  const end = ENDS[items ?? "line"].length;
  const sorted = [...sizes].sort((a, b) => a - b);
  const most = end + quantile(sorted, mostItems);
  const heights = countsOf(list.map((item) => item.split("\n").length));
  const [lines, often] = [...heights].reduce((best, each) => (each[1] > best[1] ? each : best));
  const alike = items === "paragraph" && lines > 1 && often >= mostItems * list.length;
  const lasts = [
    ...list.map((item) => Array.from(item.slice(-2)).at(-1) ?? ""),
    ...(earlier.item_ends ?? ""),
  ];
  return {
    brief: sizes.reduce((sum, size) => sum + size, 0) / sizes.length <= brief,
    covering: windows.find((size) => most <= size),
    kept: {
      item_lines: alike && (!goesOn || lines === earlier.item_lines) ? lines : null,
      longest_item: Math.max(sorted[sorted.length - 1] - end, earlier.longest_item ?? 0),
      long_item: Math.max(Math.ceil(most - 2 * end), earlier.long_item ?? 0),
      median_item: Math.floor(quantile(sorted, 0.5)) - end,
      item_ends: items === "line" ? [...new Set(lasts)].sort(inOrder).join("") : null,
    },
  };
}

/** Return the value below which a `share` of the `sorted` numbers is. */
export function quantile(sorted: number[], share: number) {
  const place = share * (sorted.length - 1);
  const [low, part] = [Math.floor(place), place % 1];
  const high = sorted[low + 1] ?? sorted[low];
  const between = high - sorted[low];
  return part < 0.5 ? sorted[low] + between * part : high - between * (1 - part); // as NumPy
}
