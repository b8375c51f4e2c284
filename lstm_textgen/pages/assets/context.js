/**
 * What a model has read of a sheet. It reads nothing twice, and gives way while it reads, so that a
 * page stays quick after a chapter was pasted.
 */

import { Memory } from "./memory.js";

/** Units between two places whose states are stored, besides the last ones. */
const STORED_EACH = 32;

/** Milliseconds of reading after which other requests are served. */
const READ_FOR = 20;

/** States after texts that may follow the sheet that are stored, at most: some 25 MB. */
const MOST_AFTER = 2000;

/** @typedef {Float32Array[]} State of a network, as its `save` returns it */

/** What was read; others may use the network whenever this waits. */
export class Context {
  /**
   * @param {import("./model.js").Facts} facts @param {import("./network.js").Network} network
   * @param {import("./page.js").Constants["memory"]} constants
   */
  constructor(facts, network, constants) {
    this.facts = facts;
    this.network = network;
    this.constants = constants;
    /** @type {number[]} */
    this.ids = [];
    /** @type {State} after all of them */
    this.state = network.save().map((array) => array.fill(0));
    /** @type {Map<number, State>} after so many of them */
    this.states = new Map([[0, this.state]]);
    /** @type {Float32Array[]} the network's output before each, if there may be a memory */
    this.outputs = [];
    /** @type {Memory | null} of the first ones, … */
    this.memory = null;
    /** … of which there are so many. */
    this.remembered = 0;
    /** @type {WeakMap<State, Map<number, State>>} after one more unit */
    this.after = new WeakMap();
    this.stored = 0;
  }

  /**
   * Read a seed; return whether it is still `wanted`, or else what was read of it stays read.
   * @param {{ids: number[], start: number, text: string, rest: string}} seed
   * @param {() => Promise<boolean>} wanted
   */
  async read({ ids, start, text, rest }, wanted) {
    const differs = ids.findIndex((id, n) => id !== this.ids[n]);
    const same = differs < 0 ? ids.length : differs;
    this.memory = this.remembered <= same ? this.memory : null;
    this.goBack(Math.max(...[...this.states.keys()].filter((place) => place <= same)));
    while (this.ids.length < ids.length) {
      this.advance(ids);
      if (this.ids.length < ids.length && !(await wanted())) {
        return false;
      }
    }
    this.tidy();
    this.remember(start, text.length - rest.length);
    return true;
  }

  /**
   * Go back to a `place` whose state is stored.
   * @param {number} place
   */
  goBack(place) {
    this.ids.length = place;
    this.state = /** @type {State} */ (this.states.get(place));
    for (const each of this.states.keys()) {
      if (each > place) {
        this.states.delete(each);
      }
    }
  }

  /**
   * Read the next of `ids`, for the time of a slice at most.
   * @param {number[]} ids
   */
  advance(ids) {
    const { network, outputs, states } = this;
    const others = network.save();
    const end = performance.now() + READ_FOR;
    this.follow(ids);
    network.restore(this.state);
    for (let over = false; this.ids.length < ids.length && !over; ) {
      const id = ids[this.ids.length];
      over = performance.now() >= end;
      outputs[this.ids.length] = network.hidden.slice();
      this.ids.push(id);
      if (over || this.stores(this.ids.length, ids.length)) {
        network.step(id);
        states.set(this.ids.length, network.save());
      } else {
        network.advance(id); // takes two thirds of the time
      }
    }
    this.state = /** @type {State} */ (states.get(this.ids.length));
    network.restore(others);
  }

  /**
   * Take those of the next `ids` after which the states are known.
   * @param {number[]} ids
   */
  follow(ids) {
    for (;;) {
      const next = this.after.get(this.state)?.get(ids[this.ids.length]);
      if (!next) {
        return;
      }
      this.outputs[this.ids.length] = this.state[this.state.length - 2];
      this.ids.push(ids[this.ids.length]);
      this.states.set(this.ids.length, next);
      this.state = next;
    }
  }

  /**
   * Return whether the state after `place` of `length` units is stored.
   * @param {number} place @param {number} length
   */
  stores(place, length) {
    return place % STORED_EACH === 0 || place > length - STORED_EACH;
  }

  /** Store nothing that is of no use after all has been read. */
  tidy() {
    for (const [place, state] of this.states) {
      if (!this.stores(place, this.ids.length)) {
        this.states.delete(place);
      }
      if (state !== this.state) {
        this.after.delete(state);
      }
    }
  }

  /**
   * Let the memory, if there is one, have all that was read; text begins at the place `start`.
   * @param {number} start @param {number} length of the text
   */
  remember(start, length) {
    const { facts, constants, ids } = this;
    if (!facts.remembers || length < constants.from) {
      this.memory = null;
    } else {
      this.remembered = this.memory ? this.remembered : start;
      this.memory ??= new Memory(facts.units, constants);
      const first = Math.max(this.remembered, ids.length - constants.places);
      const textOf = (/** @type {number[]} */ some) => some.map((id) => facts.units[id]).join("");
      let text = textOf(ids.slice(start, first));
      for (let n = first; n < ids.length; n++) {
        this.memory.take(ids[n], text.slice(-2 * constants.tail), this.outputs[n]);
        text += facts.units[ids[n]];
      }
    }
    this.remembered = this.memory ? ids.length : 0;
  }

  /**
   * Return the states after one more unit each, with these `ids`, at most `TOGETHER`.
   * @param {State[]} states @param {number[]} ids
   */
  step(states, ids) {
    const { network } = this;
    if (this.stored > MOST_AFTER) {
      this.after = new WeakMap();
      this.stored = 0;
    }
    const fresh = states.flatMap((state, n) => (this.after.get(state)?.has(ids[n]) ? [] : [n]));
    const found = network.streams.step(
      network,
      fresh.map((n) => states[n]),
      fresh.map((n) => ids[n]),
    );
    fresh.forEach((n, k) => {
      const known = this.after.get(states[n]) ?? new Map();
      this.after.set(states[n], known.set(ids[n], found[k]));
    });
    this.stored += fresh.length;
    return states.map((state, n) => /** @type {State} */ (this.after.get(state)?.get(ids[n])));
  }
}
