/**
 * What a model has read of a sheet. It reads nothing twice, and gives way while it reads, so that a
 * page stays quick after a chapter was pasted.
 */

import type { Network } from "../network/network.ts";
import type { Constants, Facts } from "../types.ts";
import { Memory } from "./memory.ts";

/** Milliseconds of reading after which other requests are served. */
const READ_FOR = 20;

/** States after texts that may follow the sheet that are stored, at most: some 25 MB. */
const MOST_AFTER = 2000;

/** Of a network, as its `save` returns it. */
export type State = Float32Array[];

/** What was read; others may use the network whenever this waits. */
export class Context {
  facts: Facts;
  network: Network;
  constants: Constants;
  ids: number[];
  state: State; // after all of them
  states: Map<number, State>; // after so many of them
  outputs: Float32Array[]; // the network's output before each, if there may be a memory
  memory: Memory | null; // of the first ones, …
  remembered: number; // … of which there are so many.
  after: WeakMap<State, Map<number, State>>; // after one more unit
  stored: number;

  constructor(facts: Facts, network: Network, constants: Constants) {
    this.facts = facts;
    this.network = network;
    this.constants = constants;
    this.ids = [];
    this.state = network.save().map((array) => array.fill(0));
    this.states = new Map([[0, this.state]]);
    this.outputs = [];
    this.memory = null;
    this.remembered = 0;
    this.after = new WeakMap();
    this.stored = 0;
  }

  /** Read a seed; return whether it is still `wanted`, or else what was read of it stays read. */
  async read(
    { ids, start, text, rest }: { ids: number[]; start: number; text: string; rest: string },
    wanted: () => Promise<boolean>,
  ) {
    const differs = ids.findIndex((id, n) => id !== this.ids[n]);
    const same = differs < 0 ? ids.length : differs;
    this.memory = this.remembered <= same ? this.memory : null;
    this.goBack(Math.max(...[...this.states.keys()].filter((place) => place <= same)));
    while (this.ids.length < ids.length) {
      this.advance(ids);
      if (this.ids.length < ids.length && !(await wanted())) return false;
    }
    this.tidy();
    this.remember(start, text.length - rest.length);
    return true;
  }

  /** Go back to a `place` whose state is stored. */
  goBack(place: number) {
    this.ids.length = place;
    this.state = this.states.get(place) as State;
    for (const each of this.states.keys()) {
      if (each > place) {
        this.states.delete(each);
      }
    }
  }

  /** Read the next of `ids`, for the time of a slice at most. */
  advance(ids: number[]) {
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
    this.state = states.get(this.ids.length) as State;
    network.restore(others);
  }

  /** Take those of the next `ids` after which the states are known. */
  follow(ids: number[]) {
    for (;;) {
      const next = this.after.get(this.state)?.get(ids[this.ids.length]);
      if (!next) return;
      this.outputs[this.ids.length] = this.state[this.state.length - 2];
      this.ids.push(ids[this.ids.length]);
      this.states.set(this.ids.length, next);
      this.state = next;
    }
  }

  /** Return whether the state after `place` of `length` units is stored. */
  stores(place: number, length: number) {
    const { storedEach } = this.constants.choosing;
    return place % storedEach === 0 || place > length - storedEach;
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
   * @param length of the text
   */
  remember(start: number, length: number) {
    const { facts, ids } = this;
    const { memory, choosing } = this.constants;
    if (!facts.remembers || length < choosing.remembersFrom) {
      this.memory = null;
    } else {
      this.remembered = this.memory ? this.remembered : start;
      this.memory ??= new Memory(facts.units, memory);
      const first = Math.max(this.remembered, ids.length - memory.places);
      const textOf = (some: number[]) => some.map((id) => facts.units[id]).join("");
      let text = textOf(ids.slice(start, first));
      for (let n = first; n < ids.length; n++) {
        this.memory.take(ids[n], text.slice(-2 * memory.tail), this.outputs[n]);
        text += facts.units[ids[n]];
      }
    }
    this.remembered = this.memory ? ids.length : 0;
  }

  /** Return the states after one more unit each, with these `ids`, at most `together`. */
  step(states: State[], ids: number[]) {
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
    return states.map((state, n) => this.after.get(state)?.get(ids[n]) as State);
  }
}
