/** Rules of what may come next, one for each wish, as in `rules.hy` and `constraints.hy`. */

import { lastOf } from "../text/units.ts";
import type { Facts, Place } from "../types.ts";

/**
 * Breaks no line where the lines of the training text didn't end, by `break-rules` of breaks.hy.
 */
export class Breaks {
  newline: number;
  after: string;
  small: number[];

  constructor({ units, after, small }: Facts) {
    this.newline = units.indexOf("\n");
    this.after = after;
    this.small = small;
  }

  score(scores: Float64Array, { written }: Place) {
    const last = written.findLastIndex((id) => id !== this.newline);
    const state = this.after[written[last]];
    const broken = last + 1 < written.length;
    const barred = broken ? state === "2" && this.small : state === "1" && [this.newline];
    for (const id of barred || []) {
      scores[id] = Number.NEGATIVE_INFINITY;
    }
  }
}

/** Makes no run of one character of over `most`, as `Runs` of rules.hy. */
export class Runs {
  /** What each unit begins with: a character, and how often in a row. */
  begun: { character: string; times: number }[];
  most: number;

  constructor(units: string[], most: number) {
    this.begun = units.map((unit) => {
      const [run = "", character = ""] = /^(.)\1*/su.exec(unit) ?? [];
      return { character, times: run.length / character.length || 0 };
    });
    this.most = most;
  }

  refuses(id: number, { text }: Place) {
    const { character, times } = this.begun[id];
    let [run, end] = [times, text.length];
    while (character && run <= this.most && text.endsWith(character, end)) {
      run++;
      end -= character.length;
    }
    return run > this.most;
  }
}

/** Repeats no passage of `length` characters, nor begins the word that would complete one. */
export class Repeats {
  units: string[];
  length: number;

  constructor(units: string[], length: number) {
    this.units = units;
    this.length = length;
  }

  refuses(id: number, { text }: Place) {
    const { length } = this;
    const unit = this.units[id];
    const end = Array.from(lastOf(text, length - 1) + unit);
    for (let n = length; n <= end.length; n++) {
      if (text.includes(end.slice(n - length, n).join(""))) return true;
    }
    const word = unit.trimStart();
    const before = text + unit.slice(0, unit.length - word.length);
    if (!word || before.at(-1)?.trim() !== "") return false;
    const begun = before.at(-1) + word;
    for (let at = text.indexOf(begun); at >= 0; at = text.indexOf(begun, at + 1)) {
      // A passage begins before the word, and ends after it.
      const next = Array.from(text.slice(at + 1, at + 2 * length)).slice(0, length - 1);
      const last = /^\S*\s+/.exec(next.join(""))?.[0] ?? "";
      const passage = lastOf(text.slice(0, at + 1 + last.length), length);
      const whole = last && Array.from(passage).length === length;
      if (whole && (before + last).endsWith(passage)) return true;
    }
    return false;
  }
}
