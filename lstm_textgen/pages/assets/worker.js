/**
 * The worker that holds one model. It is told what to do by messages, answers each with one, and
 * keeps every unit that it has read, so that it can go back to any of them.
 */

import { fromBase64 } from "./binary.js";
import { Network } from "./network.js";
import { Sampler, softmax } from "./sampler.js";

/** How many of the likeliest units are kept for each that is written. */
const ALTERNATIVES = 5;

/** Units between two places where the network's state is kept. */
const STRIDE = 64;

/**
 * @typedef {object} Written units, with what else might have been written
 * @property {Uint32Array} ids (time,)
 * @property {Float32Array} odds (time,) the probability that the model gave each
 * @property {Uint32Array} otherIds (time · ALTERNATIVES,) the likeliest, the best first
 * @property {Float32Array} otherOdds (time · ALTERNATIVES,)
 */

/** A model that writes. */
class Writer {
  /**
   * @param {any} message the model's shape, the length of each unit, the weights in base64, and the
   *   code in base64
   */
  constructor({ shape, lengths, weights, code }) {
    const bytes = fromBase64(weights);
    this.network = new Network(shape, new Uint16Array(bytes.buffer), fromBase64(code));
    this.unknown = shape.unknown;
    this.lengths = lengths;
    this.odds = new Float64Array(shape.size);
    this.sampler = new Sampler(shape.size, this.unknown, 0);
    /** @type {number[]} */
    this.ids = [];
    /** @type {Map<number, Float32Array[]>} */
    this.states = new Map();
  }

  /**
   * Forget all, and read the `ids` of a seed; random choices come from the number `rngSeed`.
   * @param {{ids: number[], rngSeed: number}} message
   */
  begin({ ids, rngSeed }) {
    this.sampler = new Sampler(this.odds.length, this.unknown, rngSeed);
    this.ids = [];
    this.states.clear();
    this.network.restore();
    ids.forEach((id) => this.read(id));
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
   * Go back to where `length` units had been read, and read `id` there.
   * @param {{length: number, id: number}} message
   */
  choose({ length, id }) {
    const kept = length - (length % STRIDE);
    const again = this.ids.slice(kept, length);
    this.network.restore(this.states.get(kept));
    this.ids.length = kept;
    const written = this.record(1);
    again.forEach((each) => this.read(each));
    this.note(written, 0, id);
    this.read(id);
    return written;
  }

  /**
   * Write units until they have a `length`, or as many as can be written in so many `milliseconds`.
   * @param {{length: number, milliseconds: number, temperature: number, topP: number}} message
   */
  write({ length, milliseconds, temperature, topP }) {
    Object.assign(this.sampler, { temperature, topP });
    const end = performance.now() + milliseconds;
    const written = this.record(length);
    let n = 0;
    for (let left = length; left > 0 && (n === 0 || performance.now() < end); n++) {
      const id = this.sampler.pick(this.network.logits);
      this.note(written, n, id);
      this.read(id);
      left -= this.lengths[id];
    }
    return {
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
   * activations times 127. What is being written stays as it is.
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
