/**
 * The worker that holds one model. It gets requests as messages, answers each with one, and stores
 * every unit that it has read, so that it can go back to any of them.
 */

import { fromBase64 } from "./binary.js";
import { Network } from "./network.js";
import { Sampler, softmax } from "./sampler.js";
import { waysOn, wholeWordWays } from "./spelling.js";
import { lengthOf } from "./units.js";

/** The number of likeliest units stored for each generated one. */
const ALTERNATIVES = 5;

/** Units between two places where the network's state is stored. */
const STRIDE = 64;

/**
 * @typedef {object} Written generated units and their alternatives
 * @property {Uint32Array} ids (time,)
 * @property {Float32Array} odds (time,) the probability that the model gave each
 * @property {Uint32Array} otherIds (time · ALTERNATIVES,) the likeliest, the best first
 * @property {Float32Array} otherOdds (time · ALTERNATIVES,)
 * @property {First} [first] of a text that continues within a unit: the first of these units
 * @property {boolean} ended whether an item ends with them
 *
 * @typedef {object} Beginning what may follow a seed that ends within a unit
 * @property {number} id @property {string} text the part of the unit that the seed hasn't
 * @property {number} way that it comes by @property {number} odds
 *
 * @typedef {{text: string, odds: number, way: number, others: Beginning[]}} First
 */

/** A model that generates. */
class Writer {
  /**
   * @param {any} message the model's shape, its units, what their length is counted in, the weights
   *   in base64, the code in base64, the number of line breaks that end an item (0: nothing does),
   *   and the characters that an item may end with; "": all
   */
  constructor({ shape, units, measure, weights, code, breaks, itemEnds }) {
    this.network = new Network(shape, fromBase64(weights), fromBase64(code));
    this.unknown = shape.unknown;
    this.units = units;
    this.measure = measure;
    this.breaks = breaks;
    this.itemEnds = itemEnds && new Set([...itemEnds, "\n"]);
    this.odds = new Float64Array(shape.size);
    this.sampler = new Sampler(shape.size, this.unknown, 0);
    /** @type {number[]} */
    this.ids = [];
    /** @type {Map<number, Float32Array[]>} */
    this.states = new Map();
    this.seed = 0; // how many ids were read of the seed, and
    this.lead = 0; // how many before the first that was written
    /** @type {Float32Array[]} the network's state after the seed */
    this.start = [];
    /** @type {import("./spelling.js").Way[]} from there, if the seed ends within a unit */
    this.ways = [];
  }

  /**
   * Forget all, and read the `ids` of a seed; the first unit may begin with the `rest` of it.
   * @param {{ids: number[], rest: string, rngSeed: number, stream: number}} message
   */
  begin({ ids, rest, rngSeed, stream }) {
    this.ids = [];
    this.states.clear();
    this.network.restore();
    ids.forEach((id) => this.read(id));
    this.seed = this.ids.length;
    this.start = this.network.save();
    this.ways = rest ? wholeWordWays(waysOn(this.network, this.units, rest), this.units, rest) : [];
    this.again({ rngSeed, stream });
  }

  /**
   * Begin another text after the same seed, with a `stream` of the random numbers of `rngSeed`.
   * @param {{rngSeed: number, stream: number}} message
   */
  again({ rngSeed, stream }) {
    this.sampler = new Sampler(this.odds.length, this.unknown, rngSeed, stream);
    this.network.restore(this.start);
    this.ids.length = this.seed;
    this.lead = this.seed;
  }

  /**
   * Read the units that a text after the seed already has; the first came by a `way`.
   * @param {{ids: number[], way: number}} message
   */
  keep({ ids, way }) {
    if (this.ways.length) {
      this.take(way);
    }
    ids.forEach((id) => this.read(id));
  }

  /** Return whether an item ends here: with line breaks that were written, not read. */
  ended() {
    const last = this.ids.slice(Math.max(this.lead, this.ids.length - this.breaks));
    const whole = this.breaks > 0 && last.length === this.breaks;
    return whole && last.every((id) => this.units[id] === "\n");
  }

  /** Return the unit that would end an item, if the last one written isn't one that items end with. */
  barred() {
    const last = this.ids.length > this.lead ? this.units[this.ids.at(-1) ?? 0] : "";
    const midway = last && this.itemEnds && !this.itemEnds.has([...last].at(-1) ?? "");
    return midway ? this.units.indexOf("\n") : null;
  }

  /** @param {number} id */
  read(id) {
    if (this.ids.length % STRIDE === 0) {
      this.states.set(this.ids.length, this.network.save());
    }
    this.ids.push(id);
    this.network.step(id);
  }

  /**
   * Go back to the place after `place` generated units, and read `id` there; the first one comes
   * by a `way`.
   * @param {{place: number, id: number, way: number}} message
   */
  choose({ place, id, way }) {
    const written = this.record(1);
    if (place === 0 && this.ways.length) {
      this.take(way);
      written.first = this.first(way, id);
    } else {
      const length = this.lead + place;
      const kept = length - (length % STRIDE);
      const again = this.ids.slice(kept, length);
      this.network.restore(this.states.get(kept));
      this.ids.length = kept;
      again.forEach((each) => this.read(each));
    }
    this.note(written, 0, id);
    this.read(id);
    written.ended = this.ended();
    return written;
  }

  /**
   * Read the path of the way with this number, from the seed on.
   * @param {number} way
   */
  take(way) {
    this.network.restore(this.start);
    this.ids.length = this.seed;
    this.ways[way].path.forEach((id) => this.read(id));
    this.lead = this.ids.length;
  }

  /**
   * Draw a way and take it; return the id of the first unit, which is noted in `written`.
   * @param {Written} written
   */
  begun(written) {
    const { ways, sampler } = this;
    const weights = Float32Array.from(ways, ({ weight }) => weight);
    const way = ways.length > 1 ? sampler.chooser(ways.length).pick(weights) : 0;
    this.take(way);
    const allowed = ways[way].ids ?? this.units.keys();
    const scores = new Float32Array(this.odds.length).fill(Number.NEGATIVE_INFINITY);
    for (const id of allowed) {
      scores[id] = this.network.logits[id];
    }
    const id = sampler.pick(scores);
    written.first = this.first(way, id);
    return id;
  }

  /**
   * Return what the first unit is, and the likeliest in its place, by any way.
   * @param {number} way @param {number} id @returns {First}
   */
  first(way, id) {
    const { ways, units } = this;
    const [{ weight: highest }] = ways;
    const all = ways.reduce((sum, { weight }) => sum + Math.exp(weight - highest), 0);
    /** @type {Map<string, Beginning>} */
    const found = new Map();
    ways.forEach(({ typed, ids, odds }, n) => {
      for (const each of ids ?? units.keys()) {
        const text = units[each].slice(typed);
        const own = Math.exp(odds[each] - highest) / all;
        const other = found.get(text);
        if (each !== this.unknown && !other) {
          found.set(text, { id: each, text, way: n, odds: own });
        } else if (other) {
          other.odds += own; // the ways come in order, so it is the likeliest that stays
        }
      }
    });
    const text = units[id].slice(ways[way].typed);
    const others = [...found.values()].sort((a, b) => b.odds - a.odds);
    const odds = found.get(text)?.odds ?? 0;
    return { text, odds, way, others: others.slice(0, ALTERNATIVES) };
  }

  /**
   * Generate units up to a `length` or an item's end, or for a number of `milliseconds`.
   * @param {{length: number, milliseconds: number, temperature: number, topP: number}} message
   */
  write({ length, milliseconds, temperature, topP }) {
    Object.assign(this.sampler, { temperature, topP });
    const end = performance.now() + milliseconds;
    const written = this.record(length);
    let n = 0;
    let left = length;
    for (; left > 0 && !written.ended && (n === 0 || performance.now() < end); n++) {
      const begins = this.ways.length > 0 && this.ids.length === this.seed;
      const id = begins
        ? this.begun(written)
        : this.sampler.pick(this.network.logits, this.barred());
      this.note(written, n, id);
      this.read(id);
      written.ended = this.ended();
      left -= lengthOf(begins ? (written.first?.text ?? "") : this.units[id], this.measure);
    }
    return {
      first: written.first,
      ended: written.ended,
      ids: written.ids.slice(0, n),
      odds: written.odds.slice(0, n),
      otherIds: written.otherIds.slice(0, n * ALTERNATIVES),
      otherOdds: written.otherOdds.slice(0, n * ALTERNATIVES),
    };
  }

  /**
   * Return room for `count` units.
   * @param {number} count @returns {Written}
   */
  record(count) {
    return {
      ended: false,
      ids: new Uint32Array(count),
      odds: new Float32Array(count),
      otherIds: new Uint32Array(count * ALTERNATIVES),
      otherOdds: new Float32Array(count * ALTERNATIVES),
    };
  }

  /**
   * Note in `written`, at place `n`, that `id` was chosen, and what else was likely.
   * @param {Written} written @param {number} n @param {number} id
   */
  note(written, n, id) {
    const odds = softmax(this.network.logits, this.odds);
    written.ids[n] = id;
    written.odds[n] = odds[id];
    for (let k = 0; k < ALTERNATIVES; k++) {
      let best = -1;
      for (let other = 0; other < odds.length; other++) {
        const free = other !== this.unknown && odds[other] >= 0;
        if (free && (best < 0 || odds[other] > odds[best])) {
          best = other;
        }
      }
      if (best < 0) {
        break; // fewer units than alternatives
      }
      written.otherIds[n * ALTERNATIVES + k] = best;
      written.otherOdds[n * ALTERNATIVES + k] = odds[best];
      odds[best] = -1;
    }
  }

  /**
   * Return what each layer's cells do while a text is read: a layer's bytes (time · units) are its
   * activations times 127. The text being generated is unaffected.
   * @param {{ids: number[], start: number[]}} message the text, and what is read before it
   */
  cells({ ids, start }) {
    const saved = this.network.save();
    this.network.restore();
    start.forEach((id) => this.network.advance(id));
    const rows = this.network.activations().map((a) => new Int8Array(ids.length * a.length));
    ids.forEach((id, t) => {
      if (id >= 0) {
        this.network.advance(id);
      }
      this.network.activations().forEach((layer, n) => {
        rows[n].set(
          layer.map((value) => Math.round(127 * value)),
          t * layer.length,
        );
      });
    });
    this.network.restore(saved);
    return { rows };
  }
}

/** @type {Writer} */
let writer;

addEventListener("message", ({ data }) => {
  let result = {};
  if (data.do === "load") {
    writer = new Writer(data);
  } else {
    const act = /** @type {Record<string, (message: any) => any>} */ (/** @type {any} */ (writer));
    result = act[data.do](data) ?? {};
  }
  postMessage({ number: data.number, result });
});
