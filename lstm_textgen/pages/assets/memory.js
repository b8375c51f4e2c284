/** A memory of a seed, as in `memory.hy`, which explains it and has the constants. */

import { logOdds, softmax } from "./sampler.js";

/**
 * @typedef {object} Moment in the seed
 * @property {number} id of the unit that came next @property {number} share of it at most
 * @property {Float32Array} output of the network there
 *
 * @typedef {import("./page.js").Constants["memory"]} Constants
 */

/** The rule; it knows what it was told to remember. */
export class Memory {
  /** @type {Map<string, Moment[]>} the latest, by their keys */
  moments = new Map();

  /** @param {string[]} units @param {Constants} constants */
  constructor(units, constants) {
    this.units = units;
    this.constants = constants;
  }

  /**
   * Remember that the unit `id` came after `text`, where the network's output was `output`.
   * @param {number} id @param {string} text @param {Float32Array} output
   */
  take(id, text, output) {
    const key = keyOf(text, this.constants);
    const share = shareOf(text, this.units[id], this.constants);
    const all = [...(this.moments.get(key) ?? []), { id, share, output: output.slice() }];
    this.moments.set(key, all.slice(-this.constants.speakers));
  }

  /** @type {NonNullable<import("./rules.js").Rule["score"]>} */
  score(scores, { logits, output, text }, temperature) {
    const { sharpness, trace } = this.constants;
    const known = this.moments.get(keyOf(text, this.constants));
    if (!known) {
      return;
    }
    const weights = softmax(known.map((moment) => sharpness * dot(moment.output, output)));
    /** @type {Map<number, number>} the shares of the units */
    const shares = new Map();
    known.forEach(({ id, share }, n) => {
      shares.set(id, (shares.get(id) ?? 0) + share * weights[n]);
    });
    const own = Math.max(trace, 1 - [...shares.values()].reduce((a, b) => a + b));
    const odds = logOdds(logits);
    shares.forEach((share, id) => {
      if (odds[id] > Number.NEGATIVE_INFINITY) {
        scores[id] += (Math.log(Math.exp(odds[id]) + share / own) - odds[id]) / temperature;
      }
    });
  }
}

/**
 * Return the share of `unit` after the text `before`, at most.
 * @param {string} before @param {string} unit @param {Constants} constants
 */
function shareOf(before, unit, { recall, withinNames, elsewhere, tail }) {
  const word = lettersOf(lastOf(before, tail));
  if (word && /^\p{L}/u.test(unit)) {
    const times = Array.from(word).length > 1 ? 1 : elsewhere;
    return Math.min(1, recall * (/^\p{Uppercase}/u.test(word) ? withinNames : times));
  }
  return recall * (/^\s*\p{Uppercase}/u.test(unit) ? 1 : elsewhere);
}

/**
 * Return what places must have before them to be like that after `text`, which may be empty.
 * @param {string} text @param {Constants} constants
 */
function keyOf(text, { spelled, apostrophes, tail }) {
  const end = lastOf(text, tail);
  const word = lettersOf(end);
  const before = lastOf(end.slice(0, end.length - word.length), 1);
  const mark = apostrophes.includes(before || " ") ? before : " ";
  return word ? lastOf(mark + word, spelled) : before;
}

/**
 * Return the letters at the end of `text`.
 * @param {string} text
 */
function lettersOf(text) {
  return text.match(/\p{L}*$/u)?.[0] ?? "";
}

/**
 * Return the last characters of `text`, up to `most`.
 * @param {string} text @param {number} most
 */
function lastOf(text, most) {
  return Array.from(text.slice(-2 * most))
    .slice(-most)
    .join("");
}

/** @param {Float32Array} a @param {Float32Array} b */
function dot(a, b) {
  return a.reduce((sum, each, n) => sum + each * b[n], 0);
}
