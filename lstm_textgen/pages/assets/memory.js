/** A memory of a seed, as in `memory.hy`, which explains it and has the constants. */

import { highestOf, softmax } from "./sampler.js";

/**
 * @typedef {object} Place in the text
 * @property {number} number among all places @property {string} key what is before it
 * @property {number} id of the unit that came next @property {number} times recall is its share
 * @property {Float32Array} output of the network there
 */

/** @typedef {import("./page.js").Constants["memory"]} Constants */

/** What a text has had so far. */
export class Memory {
  /** @type {Map<string, Place[]>} the places in order, by their keys */
  places = new Map();
  /** @type {(Place | null)[]} that of each unit that was read */
  taken = [];
  /** The number of all places. */
  count = 0;
  /** The last characters before each unit that was read, and after all. */
  tails = [""];

  /** @param {string[]} units @param {Constants} constants */
  constructor(units, constants) {
    this.units = units;
    this.constants = constants;
  }

  /**
   * Forget all, and begin with a text.
   * @param {string} opening
   */
  begin(opening) {
    this.goBack(0);
    this.tails = [opening];
  }

  /** Return the end of the text so far. */
  tail() {
    return this.tails[this.taken.length];
  }

  /**
   * Take note of a unit that was read: that it belongs to the text if it is `shown`, and that it
   * came where the network's output was `output`.
   * @param {number} id @param {boolean} shown @param {Float32Array | null} output
   */
  take(id, shown, output) {
    const tail = this.tail();
    const unit = this.units[id];
    const key = keyOf(tail, this.constants);
    let place = null;
    if (output && key) {
      const times = timesRecall(tail, unit, this.constants);
      place = { number: this.count++, key, id, times, output: output.slice() };
      this.places.set(key, this.places.get(key) ?? []);
      this.places.get(key)?.push(place);
    }
    this.taken.push(place);
    this.tails.push(lastOf(tail + (shown ? unit : ""), this.constants.tail));
  }

  /**
   * Go back to where a number of units had been read.
   * @param {number} length
   */
  goBack(length) {
    for (const place of this.taken.splice(length).reverse()) {
      if (place) {
        this.places.get(place.key)?.pop();
        this.count--;
      }
    }
    this.tails.length = length + 1;
  }

  /**
   * Return what becomes of the logits where the network's output is `output`.
   * @param {Float32Array} logits @param {Float32Array} output
   */
  change(logits, output) {
    const { places: most, speakers, sharpness, trace, recall } = this.constants;
    const known = (this.places.get(keyOf(this.tail(), this.constants)) ?? [])
      .slice(-speakers)
      .filter(({ number }) => number >= this.count - most);
    if (!known.length) {
      return logits;
    }
    const weights = softmax(known.map((place) => sharpness * dot(place.output, output)));
    /** @type {Map<number, number>} the shares of the units */
    const shares = new Map();
    known.forEach(({ id, times }, n) => {
      shares.set(id, (shares.get(id) ?? 0) + Math.min(1, recall * times) * weights[n]);
    });
    const own = Math.max(trace, 1 - [...shares.values()].reduce((a, b) => a + b));
    const top = highestOf(logits);
    const odds = logits.reduce((a, b) => a + Math.exp(b - top), 0);
    const changed = logits.slice();
    shares.forEach((share, id) => {
      changed[id] = top + Math.log(Math.exp(logits[id] - top) + (odds * share) / own);
    });
    return changed;
  }
}

/**
 * Return what `recall` is multiplied by for the share of `unit` after the text `before`.
 * @param {string} before @param {string} unit @param {Constants} constants
 */
function timesRecall(before, unit, { withinNames, elsewhere }) {
  const word = lettersOf(before);
  if (!word || !/^\p{L}/u.test(unit)) {
    return /^\s*\p{Uppercase}/u.test(unit) ? 1 : elsewhere;
  }
  if (/^\p{Uppercase}/u.test(word)) {
    return withinNames;
  }
  return Array.from(word).length > 1 ? 1 : elsewhere;
}

/**
 * Return what places must have before them to be like that after `text`, which may be empty.
 * @param {string} text @param {Constants} constants
 */
function keyOf(text, { spelled, apostrophes }) {
  const word = lettersOf(text);
  const before = lastOf(text.slice(0, text.length - word.length), 1);
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
  return Array.from(text).slice(-most).join("");
}

/** @param {Float32Array} a @param {Float32Array} b */
function dot(a, b) {
  return a.reduce((sum, each, n) => sum + each * b[n], 0);
}
