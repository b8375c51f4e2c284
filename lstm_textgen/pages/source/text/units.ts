/** Text ↔ ids, as in `units.hy` and `pieces.hy`. */

import type { Facts } from "../types.ts";

/** The units that a model knows, here characters; each subclass is another kind of unit. */
export class Vocabulary {
  /** Units of length per second, at a pace that a reader can follow. */
  pace = 45;

  facts: Facts;
  ids: Map<string, number>;
  words: RegExp; // What a text is first split into.

  constructor(facts: Facts) {
    this.facts = facts;
    this.ids = new Map(facts.units.map((each, id) => [each, id]));
    this.words = new RegExp(facts.pattern ?? "[^]", "gu");
  }

  /** Return `text` prepared like the training text. */
  prepare(text: string) {
    const plain = text
      .replace(/^\ufeff/, "")
      .replace(/\r\n?/g, "\n")
      .normalize("NFC");
    return this.facts.lower ? plain.toLowerCase() : plain;
  }

  /** Return the units of `text`. */
  split(text: string): string[] {
    return text.match(this.words) ?? [];
  }

  /** Return the id of a unit; -1 if it is unknown and there is no unknown unit. */
  id(unit: string) {
    return this.ids.get(unit) ?? this.facts.unknown ?? -1;
  }

  /**
   * Return how to begin after a seed: the ids to read first, the `start` of which isn't text, the
   * rest of the seed, which the next unit may begin with, the opening that is written before all
   * else, what is strange in it, and the seed as it is read. Its last word may be half typed, but
   * mostly that isn't asked of a model of words.
   */
  readSeed(seed: string, halfTyped = false) {
    const { start, opening, unknown } = this.facts;
    const text = this.prepare(seed);
    const units = this.split(text);
    const strange = new Set(units.filter((unit) => [-1, unknown].includes(this.id(unit))));
    const known = unknown === null ? units.filter((unit) => !strange.has(unit)).join("") : text;
    const rest = halfTyped ? this.halfTyped(known) : this.unfinished(known);
    strange.delete(rest);
    const read = this.split(known.slice(0, known.length - rest.length));
    return {
      ids: [...start, ...read.map((unit) => this.id(unit))],
      start: start.length,
      rest,
      opening: known ? "" : opening,
      strange: [...strange],
      text: known,
    };
  }

  /** Return the end of a seed that a unit may begin with if the last word isn't whole. */
  halfTyped(seed: string) {
    return this.unfinished(seed);
  }

  /** Return the end of a seed, maybe empty, that the next unit may begin with. */
  unfinished(_seed: string) {
    return "";
  }
}

class Words extends Vocabulary {
  pace = 9;

  /** Return the id of a word, or of the same with or without a space before it. */
  id(unit: string) {
    const other = unit.startsWith(" ") ? unit.slice(1) : ` ${unit}`;
    return this.ids.get(unit) ?? this.ids.get(other) ?? super.id(unit);
  }

  /** The last unit, or two, such as " don" and "'", if some word begins with that. */
  halfTyped(seed: string) {
    const units = this.split(seed);
    const ends = [2, 1].map((n) => units.slice(-n).join(""));
    const begun = (end: string) => this.facts.units.some((u) => u.startsWith(end));
    return ends.find((end) => end && begun(end)) ?? this.unfinished(seed);
  }

  /** A single space at the end belongs to the next word. */
  unfinished(seed: string) {
    const [before, last] = this.split(seed).slice(-2);
    return last === " " && before !== "\n" ? " " : "";
  }
}

/** Words whose pieces are cached. */
const REMEMBERED = 200_000;

/** Parts of words, merged from characters as in `pieces.hy`. */
class Pieces extends Vocabulary {
  /** the pieces of words */
  spelled: Map<string, string[]> = new Map();

  ranks: Map<string, number>;

  constructor(facts: Facts) {
    super(facts);
    const { units, merges } = facts;
    // A line break is in no pair: it is a word of its own.
    this.ranks = new Map(merges.map(([a, b], rank) => [`${units[a]}\n${units[b]}`, rank]));
  }

  split(text: string) {
    return super.split(text).flatMap((word) => this.spell(word));
  }

  /** The last word may continue. */
  unfinished(seed: string) {
    return seed.match(this.words)?.at(-1) ?? "";
  }

  /** Return the units of a word. */
  spell(word: string) {
    let units = this.spelled.get(word);
    if (!units) {
      units = this.merge(word);
      if (this.spelled.size >= REMEMBERED) {
        this.spelled.clear();
      }
      this.spelled.set(word, units);
    }
    return units;
  }

  /** Return the units of a word, applying the merges in order. */
  merge(word: string) {
    const units = Array.from(word);
    for (;;) {
      let [first, place] = [Infinity, 0];
      for (let n = 0; n + 1 < units.length; n++) {
        const rank = this.ranks.get(`${units[n]}\n${units[n + 1]}`) ?? Infinity;
        [first, place] = rank < first ? [rank, n] : [first, place];
      }
      if (first === Infinity) return units;
      units.splice(place, 2, units[place] + units[place + 1]);
    }
  }
}

/** The kinds of units by the names that the program gives them. */
export const UNITS = { characters: Vocabulary, pieces: Pieces, words: Words };

/** Return the length of a unit's text in a `measure`: characters, or units. */
export function lengthOf(text: string, measure: string) {
  return measure === "characters" ? Array.from(text).length : 1;
}

// * Characters, as Python counts and sorts them: by code points

/** Return the last characters of `text`, up to `most`. */
export function lastOf(text: string, most: number) {
  return Array.from(text.slice(-2 * most))
    .slice(-most)
    .join("");
}

/** Compare texts, for `sort`. */
export function inOrder(one: string, other: string) {
  let n = 0;
  while (n < one.length && one[n] === other[n]) {
    n += 1;
  }
  return (one.codePointAt(n) ?? -1) - (other.codePointAt(n) ?? -1);
}
