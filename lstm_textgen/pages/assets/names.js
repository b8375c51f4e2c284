/** The names in a model's text: others are rarer, by the rules of `names.hy`. */

/** What logits change by, place by place, with the names of a seed among the known ones. */
export class Names {
  /** @param {string[]} units @param {string[]} names @param {string} seed @param {number} rarer */
  constructor(units, names, seed, rarer) {
    const own = names.length ? (seed.match(/\p{Uppercase}\p{L}*/gu) ?? []) : [];
    this.known = new Set([...names, ...own]);
    this.begun = new Set(
      [...this.known].flatMap((name) => Array.from(name, (_, n) => name.slice(0, n + 1))),
    );
    this.units = units;
    this.rarer = rarer;
    /** @type {Map<string, boolean[]>} which units make another name, after the ends of texts */
    this.others = new Map();
  }

  /**
   * Return the `logits` (size,) after `text` as they are at a `temperature`.
   * @param {Float32Array} logits @param {string} text @param {number} temperature
   */
  change(logits, text, temperature) {
    let end = /[\p{Lowercase},;](?: ?| \p{Uppercase}\p{L}*)$/u.exec(text)?.[0].slice(1);
    if (end && end.length > 1 && !this.begun.has(end.slice(1))) {
      end = /\p{Lowercase}$/u.test(end) ? "" : undefined; // after another name
    }
    if (!this.known.size || end === undefined) {
      return logits;
    }
    const change = (temperature || 1) * this.rarer;
    const others = this.others.get(end) ?? this.units.map((unit) => this.another(` ${end}${unit}`));
    this.others.set(end, others);
    return logits.map((logit, id) => (others[id] ? logit + change : logit));
  }

  /** @param {string} end of a text, with what may become a name */
  another(end) {
    const [, name, next] = /^. (\p{Uppercase}\p{L}*)(.?)/su.exec(end) ?? [];
    return name !== undefined && !(next ? this.known : this.begun).has(name);
  }
}
