/** The names in a model's text: others are rarer, by the rules of `names.hy`. */

/** Words of what Python calls letters, Ⅳ and ², too; of longer ones, pieces. */
const WORDS = /[\p{L}\p{Nl}\p{No}]{1,60}/gu;

/** Characters before a place that may belong to a name. */
const REACH = 60;

/** The rule; the names of a seed are among the known ones. */
export class Names {
  /** @param {string[]} units @param {string} names @param {string} seed @param {number} rarer */
  constructor(units, names, seed, rarer) {
    const words = (names && `${names} ${seed}`.match(WORDS)) || [];
    this.known = new Set(words.filter((word) => /^\p{Uppercase}/u.test(word)));
    this.begun = new Set(
      [...this.known].flatMap((name) => [...name].map((_, n, all) => all.slice(0, n + 1).join(""))),
    );
    this.units = units;
    this.rarer = rarer;
    /** @type {Map<string, boolean[]>} which units make another name, after the ends of texts */
    this.others = new Map();
  }

  /** @type {NonNullable<import("./rules.js").Rule["score"]>} */
  score(scores, { text }) {
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

  /** @param {string} end of a text, with what may become a name */
  another(end) {
    const [, name, next] = /^. (\p{Uppercase}[\p{L}\p{Nl}\p{No}]*)(.?)/su.exec(end) ?? [];
    return name !== undefined && !(next ? this.known : this.begun).has(name);
  }
}
