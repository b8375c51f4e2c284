/**
 * The worker that holds one model. It gets requests as messages, answers each with one, and stores
 * every unit that it has read, so that it can go back to any of them.
 */

import { fromBase64 } from "./binary.js";
import { Memory } from "./memory.js";
import { Names } from "./names.js";
import { Network } from "./network.js";
import { repeats } from "./repeats.js";
import { highestOf, Sampler, softmax } from "./sampler.js";
import { waysOn } from "./spelling.js";
import { lengthOf } from "./units.js";

/** Units between two places where the network's state is stored. */
const STRIDE = 64;

/**
 * @typedef {object} Choice of a unit
 * @property {number} id @property {string} text without what the seed already has of it
 * @property {number} odds the probability that the model gave it
 * @property {number} way that it comes by, if it is the first after a seed that ends within it
 *
 * @typedef {Choice & {others: Choice[]}} Unit that was generated, with the likeliest in its place
 *
 * @typedef {{units: Unit[], ended: boolean}} Written and whether an item ends with them
 */

/** A model that generates. */
class Writer {
  /**
   * @param {object} message
   * @param {import("./model.js").Facts} message.facts
   * @param {string} message.weights in base64 @param {string} message.code in base64
   * @param {import("./page.js").Constants} message.constants
   */
  constructor({ facts, weights, code, constants }) {
    this.facts = facts;
    this.units = facts.units;
    this.constants = constants;
    this.network = new Network(facts, fromBase64(weights), fromBase64(code));
    this.newline = this.units.indexOf("\n");
    this.sampler = new Sampler(facts.unknown, 0);
    this.memory = new Memory(this.units, constants.memory);
    this.names = new Names([], "", "", 0);
    this.remembers = false; // the seed, as it is long
    /** @type {number[]} */
    this.ids = [];
    /** @type {Map<number, Float32Array[]>} */
    this.states = new Map();
    this.from = 0; // how many ids were read before the text,
    this.seed = 0; // how many with the seed,
    this.lead = 0; // and how many before the first that was written
    /** @type {Float32Array[]} the network's state after the seed */
    this.start = [];
    /** @type {import("./spelling.js").Way[]} from there, if the seed ends within a unit */
    this.ways = [];
  }

  /**
   * Forget all, and read the `ids` of a seed, the first `start` of which aren't text; the first
   * unit may begin with the `rest` of it, and an `opening` stands before it.
   * @param {{ids: number[], start: number, rest: string, opening: string, rngSeed: number,
   *   stream: number}} message
   */
  begin({ ids, start, rest, opening, rngSeed, stream }) {
    this.ids = [];
    this.states.clear();
    this.network.restore();
    this.memory.begin(opening);
    const text = this.textOf(ids.slice(start)) + rest;
    this.names = new Names(this.units, this.facts.names, text, this.constants.rarer);
    this.remembers = this.facts.remembers && text.length >= this.constants.memory.from;
    this.from = start;
    this.seed = ids.length;
    this.lead = ids.length;
    ids.forEach((id) => this.read(id));
    this.start = this.network.save();
    this.ways = rest ? waysOn(this.network, this.units, rest, this.constants) : [];
    this.again({ rngSeed, stream });
  }

  /**
   * Begin another text after the same seed, with a `stream` of the random numbers of `rngSeed`.
   * @param {{rngSeed: number, stream: number}} message
   */
  again({ rngSeed, stream }) {
    this.sampler = new Sampler(this.facts.unknown, rngSeed, stream);
    this.take();
  }

  /**
   * Go back to the end of the seed, and read the path of the way with this number, if there is one.
   * @param {number} [way]
   */
  take(way = -1) {
    const path = this.ways[way]?.path ?? [];
    this.goBack(this.seed, this.start);
    this.lead = this.seed + path.length;
    path.forEach((id) => this.read(id));
  }

  /**
   * Read the units that a text after the seed already has; the first came by a `way`.
   * @param {{ids: number[], way: number}} message
   */
  keep({ ids, way }) {
    this.take(way);
    ids.forEach((id) => this.read(id));
  }

  /**
   * Go back to where a number of units had been read, and the network had this `state`.
   * @param {number} length @param {Float32Array[]} [state]
   */
  goBack(length, state) {
    this.network.restore(state);
    this.memory.goBack(length);
    this.ids.length = length;
  }

  /** Return whether an item ends here: with line breaks that were written, not read. */
  ended() {
    const breaks = this.facts.end.length;
    const last = this.ids.slice(Math.max(this.lead, this.ids.length - breaks));
    return breaks > 0 && last.length === breaks && last.every((id) => id === this.newline);
  }

  /** Return the ids that can't come next: where lines don't end, by `break-rules` of breaks.hy. */
  barred() {
    let n = this.ids.length;
    while (n > this.lead && this.ids[n - 1] === this.newline) {
      n--;
    }
    const state = n > this.lead ? this.facts.after[this.ids[n - 1]] : "0";
    if (n === this.ids.length) {
      return state === "1" ? [this.newline] : [];
    }
    return state === "2" ? this.facts.small : [];
  }

  /** @param {number} id */
  read(id) {
    const n = this.ids.length;
    if (n % STRIDE === 0) {
      this.states.set(n, this.network.save());
    }
    const own = this.remembers && this.from <= n && n < this.seed;
    this.memory.take(id, n >= this.from, own ? this.network.hidden : null);
    this.ids.push(id);
    this.network.step(id);
  }

  /**
   * Go back to the place after `place` generated units, and read `id` there; the first one comes
   * by a `way`.
   * @param {{place: number, id: number, way: number}} message @returns {Written}
   */
  choose({ place, id, way }) {
    const first = place === 0 && this.ways.length > 0;
    if (first) {
      this.take(way);
    } else {
      const length = this.lead + place;
      const kept = length - (length % STRIDE);
      const again = this.ids.slice(kept, length);
      this.goBack(kept, this.states.get(kept));
      again.forEach((each) => this.read(each));
    }
    const unit = first ? this.first(way, id) : this.unit(id);
    this.read(id);
    return { units: [unit], ended: this.ended() };
  }

  /** Draw a way and take it; return the first unit. */
  begun() {
    const { ways, sampler, network } = this;
    const way = sampler.pickOf(ways.map(({ weight }) => weight));
    this.take(way);
    const ids = ways[way].ids ?? [...this.units.keys()].filter((id) => id !== this.facts.unknown);
    const logits = this.named(network.logits);
    return this.first(way, ids[sampler.pickOf(ids.map((id) => logits[id]))]);
  }

  /**
   * Return the first unit, which came by a `way`, and the likeliest in its place, by any way.
   * @param {number} way @param {number} id @returns {Unit}
   */
  first(way, id) {
    const { ways, units } = this;
    const [{ weight: highest }] = ways;
    const all = ways.reduce((sum, { weight }) => sum + Math.exp(weight - highest), 0);
    /** @type {Map<string, Choice>} */
    const found = new Map();
    ways.forEach(({ typed, ids, odds }, n) => {
      for (const each of ids ?? units.keys()) {
        const text = units[each].slice(typed);
        const own = Math.exp(odds[each] - highest) / all;
        const other = found.get(text);
        if (each !== this.facts.unknown && !other) {
          found.set(text, { id: each, text, way: n, odds: own });
        } else if (other) {
          other.odds += own; // the ways come in order, so it is the likeliest that stays
        }
      }
    });
    const text = units[id].slice(ways[way].typed);
    const others = [...found.values()].sort((a, b) => b.odds - a.odds);
    const odds = found.get(text)?.odds ?? 0;
    return { id, text, odds, way, others: others.slice(0, this.constants.alternatives) };
  }

  /** Return the logits of the network and the memory. */
  logits() {
    return this.memory.change(this.network.logits, this.network.hidden);
  }

  /**
   * Return `logits` where names that the model's text lacks are rarer.
   * @param {Float32Array} logits
   */
  named(logits) {
    return this.names.change(logits, this.memory.tail(), this.sampler.temperature);
  }

  /** @param {number[]} ids */
  textOf(ids) {
    return ids.map((id) => this.units[id]).join("");
  }

  /**
   * Return the unit `id` as it is chosen now, and the likeliest in its place.
   * @param {number} id @param {Float32Array} logits @returns {Unit}
   */
  unit(id, logits = this.logits()) {
    const odds = softmax(logits);
    /** @type {(id: number) => Choice} */
    const choice = (each) => ({ id: each, text: this.units[each], odds: odds[each], way: 0 });
    const chosen = choice(id);
    const others = [];
    if (this.facts.unknown !== null) {
      odds[this.facts.unknown] = 0;
    }
    while (others.length < this.constants.alternatives) {
      const best = odds.indexOf(highestOf(odds));
      if (odds[best] === 0) {
        break; // fewer units than alternatives
      }
      others.push(choice(best));
      odds[best] = 0;
    }
    return { ...chosen, others };
  }

  /**
   * Draw and return a unit that isn't `refused`.
   * @param {(id: number) => boolean} refused
   */
  next(refused) {
    const logits = this.logits();
    return this.unit(this.sampler.pick(this.named(logits), this.barred(), refused), logits);
  }

  /**
   * Generate units up to a `length` or an item's end, or for a number of `milliseconds`.
   * @param {Record<string, number>} message @returns {Written}
   */
  write({ length, milliseconds, temperature, topP, noRepeat }) {
    Object.assign(this.sampler, { temperature, topP });
    const end = performance.now() + milliseconds;
    const units = [];
    let left = length;
    let text = noRepeat ? this.textOf(this.ids) : "";
    const refused = (/** @type {number} */ id) =>
      noRepeat > 0 && repeats(text, this.units[id], noRepeat);
    do {
      const begins = this.ways.length > 0 && this.ids.length === this.seed;
      const unit = begins ? this.begun() : this.next(refused);
      units.push(unit);
      text += unit.text;
      this.read(unit.id);
      left -= lengthOf(unit.text, this.facts.measure);
    } while (left > 0 && !this.ended() && performance.now() < end);
    return { units, ended: this.ended() };
  }

  /**
   * Return what the cells do while a text is read: of each unit and layer their activations times
   * 127, as bytes. The text being generated is unaffected.
   * @param {{ids: number[], start: number[]}} message the text, and what is read before it
   */
  cells({ ids, start }) {
    const saved = this.network.save();
    this.network.restore();
    start.forEach((id) => this.network.advance(id));
    const rows = ids.map((id) => {
      if (id >= 0) {
        this.network.advance(id);
      }
      return this.network.layers.map(({ activation }) =>
        Int8Array.from(activation, (value) => Math.round(127 * value)),
      );
    });
    this.network.restore(saved);
    return { rows };
  }
}

/** @type {Writer} */
let writer;

// The first message has what a writer needs, each other one the name of what it is to do.
addEventListener("message", ({ data }) => {
  writer ??= new Writer(data);
  const result = /** @type {any} */ (writer)[data.do]?.(data) ?? {};
  postMessage({ number: data.number, result });
});
