/** The names in a model's text: others are rarer, by the rules of `names.hy`. */

import type { Place } from "../types.ts";
import type { Numbers } from "./looks.ts";

/** Words of what Python calls letters, Ⅳ and ², too; of longer ones, pieces. */
const WORDS = /[\p{L}\p{Nl}\p{No}]{1,60}/gu;

const CAPITAL = /^\p{Uppercase}/u;

/** Characters before a place that may belong to a name. */
const REACH = 60;

/** The rule; the names of a seed are among the known ones. */
export class Names {
  known: Set<string>;
  begun: Set<string>;
  units: string[];
  rarer: number;
  others: Map<string, boolean[]>; // which units make another name, after the ends of texts

  constructor(units: string[], names: string, seed: string, rarer: number) {
    this.known = new Set(names && capitalsIn(`${names} ${seed}`));
    this.begun = new Set(
      [...this.known].flatMap((name) => [...name].map((_, n, all) => all.slice(0, n + 1).join(""))),
    );
    this.units = units;
    this.rarer = rarer;
    this.others = new Map();
  }

  score(scores: Float64Array, { text }: Place) {
    const near = text.slice(-REACH);
    let end = /[\p{Lowercase},;]( ?| \p{Uppercase}[\p{L}\p{Nl}\p{No}]*)$/u.exec(near)?.[1];
    if (end && end.length > 1 && !this.begun.has(end.slice(1))) {
      end = /\p{Lowercase}$/u.test(end) ? "" : undefined; // after another name
    }
    if (!this.known.size || end === undefined) {
      return;
    }
    const others = this.others.get(end) ?? this.units.map((unit) => this.another(` ${end}${unit}`));
    this.others.set(end, others);
    others.forEach((other, id) => {
      scores[id] += other ? this.rarer : 0;
    });
  }

  /** @param end of a text, with what may become a name */
  another(end: string) {
    const [, name, next] = /^. (\p{Uppercase}[\p{L}\p{Nl}\p{No}]*)(.?)/su.exec(end) ?? [];
    return name !== undefined && !(next ? this.known : this.begun).has(name);
  }
}

/** Return the words in `text` that begin with a capital letter. */
export function capitalsIn(text: string) {
  return (text.match(WORDS) ?? []).filter((word) => CAPITAL.test(word));
}

/** Return the names in `text`, sorted, with spaces between: see `names-in` of names.hy. */
export function namesIn(text: string, { mostNames, mostCapitals }: Numbers) {
  const words = new Set(text.match(WORDS));
  const capitals = [];
  let within = 0;
  for (const [word, before] of text.matchAll(/(?<=(\S) )[\p{L}\p{Nl}\p{No}]+/gu)) {
    if (/[\p{Lowercase},;]/u.test(before)) {
      within += 1;
      if (CAPITAL.test(word)) {
        capitals.push(word);
      }
    }
  }
  const many = capitals.filter((word) => Array.from(word).length > 1).length; // not I
  const names = new Set(capitals);
  for (const word of words) {
    if (CAPITAL.test(word) && !words.has(word.toLowerCase())) {
      names.add(word);
    }
  }
  const few = many < mostCapitals * within && names.size <= mostNames;
  return few ? [...names].sort().join(" ") : "";
}

/** Return the names in both of two texts, as of `namesIn`; none if one has none. */
export function joinedNames(one: string, other: string, { mostNames }: Numbers) {
  const names = one && other ? new Set(`${one} ${other}`.split(" ")) : new Set();
  return names.size <= mostNames ? [...names].sort().join(" ") : "";
}
