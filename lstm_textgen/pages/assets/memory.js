/** A memory of the text so far, as in `memory.hy`, which explains it and has the constants. */

/**
 * @typedef {object} Place in the text
 * @property {number} number among all places @property {string} key what is before it
 * @property {number} id of the unit that came next @property {number} part of the share it has
 * @property {Float32Array} output of the network there
 */

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

  /** @param {string[]} units @param {import("./page.js").Constants["memory"]} constants */
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
    const key = keyOf(tail, this.constants.compared);
    let place = null;
    if (output && key) {
      const part = spells(tail, unit) ? 1 : this.constants.elsewhere;
      place = { number: this.count++, key, id, part, output: output.slice() };
      this.places.set(key, this.places.get(key) ?? []);
      this.places.get(key)?.push(place);
    }
    this.taken.push(place);
    this.tails.push(lastOf(tail + (shown ? unit : ""), this.constants.compared));
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
   * @param {Float32Array} logits @param {Float32Array} output @param {number} recall
   */
  change(logits, output, recall) {
    const { compared, places: most, speakers, sharpness, trace } = this.constants;
    const known = (this.places.get(keyOf(this.tail(), compared)) ?? [])
      .slice(-speakers)
      .filter(({ number }) => number >= this.count - most);
    if (!recall || !known.length) {
      return logits;
    }
    const likeness = known.map((place) => sharpness * dot(place.output, output));
    const highest = Math.max(...likeness);
    const weights = likeness.map((each) => Math.exp(each - highest));
    const sum = weights.reduce((a, b) => a + b);
    /** @type {Map<number, number>} the shares of the units */
    const shares = new Map();
    known.forEach(({ id, part }, n) => {
      shares.set(id, (shares.get(id) ?? 0) + (recall * part * weights[n]) / sum);
    });
    const own = Math.max(trace, 1 - [...shares.values()].reduce((a, b) => a + b));
    const top = logits.reduce((a, b) => Math.max(a, b));
    const odds = logits.reduce((a, b) => a + Math.exp(b - top), 0);
    const changed = logits.slice();
    shares.forEach((share, id) => {
      changed[id] = top + Math.log(Math.exp(logits[id] - top) + (odds * share) / own);
    });
    return changed;
  }
}

/**
 * Return whether `unit` continues a word, of which there are two letters or a capital, or begins
 * one with a capital.
 * @param {string} before @param {string} unit
 */
function spells(before, unit) {
  return /\p{L}$/u.test(before) && /^\p{L}/u.test(unit)
    ? /\p{L}\p{L}$|\p{Uppercase}$/u.test(before)
    : /^\s*\p{Uppercase}/u.test(unit);
}

/**
 * Return what places must have before them to be like that after `text`, which may be empty.
 * @param {string} text @param {number} compared
 */
function keyOf(text, compared) {
  const [word] = text.match(/\p{L}*$/u) ?? [""];
  return word ? lastOf(` ${word}`, compared) : lastOf(text, 1);
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
