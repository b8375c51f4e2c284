/** The names in a model's text: others are rarer, by the rules of `names.hy`. */

import type { Constants, Place } from "../types.ts";
import type { Passage } from "./looks.ts";
import { inOrder, lastOf } from "./units.ts";

type Limits = Constants["names"];

const CAPITAL = /^\p{Uppercase}/u;

/** The rule; the names of a seed are among the known ones. */
export class Names {
  known: Set<string>;
  begun: Set<string>;
  units: string[];
  limits: Limits;
  others: Map<string, boolean[]>; // which units make another name, after the ends of texts

  constructor(units: string[], names: string, seed: string, limits: Limits) {
    this.known = new Set(names && capitalsIn(`${names} ${seed}`, limits));
    this.begun = new Set(
      [...this.known].flatMap((name) => [...name].map((_, n, all) => all.slice(0, n + 1).join(""))),
    );
    this.units = units;
    this.limits = limits;
    this.others = new Map();
  }

  score(scores: Float64Array, { text }: Place) {
    const near = lastOf(text, this.limits.reach);
    let end = /[\p{Lowercase},;]( ?| \p{Uppercase}[\p{L}\p{Nl}\p{No}]*)$/u.exec(near)?.[1];
    if (end && end.length > 1 && !this.begun.has(end.slice(1))) {
      end = /\p{Lowercase}$/u.test(end) ? "" : undefined; // after another name
    }
    if (!this.known.size || end === undefined) return;
    const others = this.others.get(end) ?? this.units.map((unit) => this.another(` ${end}${unit}`));
    this.others.set(end, others);
    others.forEach((other, id) => {
      scores[id] += other ? this.limits.rarer : 0;
    });
  }

  /** @param end of a text, with what may become a name */
  another(end: string) {
    const [, name, next] = /^. (\p{Uppercase}[\p{L}\p{Nl}\p{No}]*)(.?)/su.exec(end) ?? [];
    return name !== undefined && !(next ? this.known : this.begun).has(name);
  }
}

/** Return the words of `text`, of what Python calls letters, Ⅳ and ², too; of long ones, pieces. */
function wordsIn(text: string, { reach }: Limits) {
  return text.match(new RegExp(`[\\p{L}\\p{Nl}\\p{No}]{1,${reach}}`, "gu")) ?? [];
}

/** Return the words in `text` that begin with a capital letter. */
export function capitalsIn(text: string, limits: Limits) {
  return wordsIn(text, limits).filter((word) => CAPITAL.test(word));
}

/** Return the names in `text`, sorted, with spaces between: see `names-in` of names.hy. */
export function namesIn({ text, length }: Passage, limits: Limits) {
  if (length > limits.longestText) return "";
  const words = new Set(wordsIn(text, limits));
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
  const few = many < limits.mostCapitals * within && names.size <= limits.most;
  return few ? [...names].sort(inOrder).join(" ") : "";
}

/** Return the names in both of two texts, as of `namesIn`; none if one has none. */
export function joinedNames(one: string, other: string, { most }: Limits) {
  const names = new Set(one && other ? `${one} ${other}`.split(" ") : []);
  return names.size <= most ? [...names].sort(inOrder).join(" ") : "";
}
