/**
 * A model that generates. It stores every unit after the seed, so that it can go back to any of
 * them.
 */

import { compiled } from "../network/heap.ts";
import { Network } from "../network/network.ts";
import { NoCopies } from "../text/copies.ts";
import { KnownWords } from "../text/lexicon.ts";
import { Names } from "../text/names.ts";
import { lengthOf } from "../text/units.ts";
import type { Constants, Facts, Rule } from "../types.ts";
import { Memory } from "./memory.ts";
import { Breaks, Repeats, Runs } from "./rules.ts";
import { highestOf, Sampler, scoresAt, softmax } from "./sampler.ts";
import { type Way, waysOn } from "./spelling.ts";
import { Suggester } from "./words.ts";

/** Units between two places where the network's state is stored. */
const STRIDE = 64;

/** Of a unit. */
export interface Choice {
  id: number;
  text: string; // without what the seed already has of it
  odds: number; // the probability that the model gave it
  way: number; // that it comes by, if it is the first after a seed that ends within it
}

/** That was generated, with the likeliest in its place. */
export type Unit = Choice & { others: Choice[] };

/** And whether an item ends with them. */
export type Written = { units: Unit[]; ended: boolean };

/** A text that is read aside, and what is read before it; -1: unknown. */
type Given = { ids: number[]; start: number[] };

/** A model that generates. */
export class Writer {
  facts: Facts;
  units: string[];
  constants: Constants;
  network: Network;
  newline: number;
  suggester: Suggester;
  sampler: Sampler;
  memory: Memory;
  rules: Rule[];
  seed: string;
  text: string;
  ids: number[]; // after the seed
  lead: number;
  states: Map<number, Float32Array[]>; // the network's states after so many of them
  learned: string;
  noCopies: NoCopies | null;
  knownWords: KnownWords | null;
  ways: Way[]; // from the seed, if it ends within a unit

  constructor({
    facts,
    weights,
    codes,
    constants,
  }: { facts: Facts; weights: Uint8Array; codes: Uint8Array[]; constants: Constants }) {
    this.facts = facts;
    this.units = facts.units;
    this.constants = constants;
    const together = Math.max(constants.choosing.together, constants.paths);
    this.network = new Network(facts, weights, compiled(codes), together);
    this.newline = this.units.indexOf("\n");
    this.suggester = new Suggester(facts, this.network, constants);
    this.sampler = new Sampler(0);
    this.memory = new Memory(this.units, constants.memory);
    this.rules = [];
    this.seed = "";
    this.text = ""; // with the seed
    this.ids = [];
    this.lead = 0; // how many of them come before the first that was written
    this.states = new Map();
    this.learned = "";
    this.noCopies = null;
    this.knownWords = null;
    this.ways = [];
  }

  /**
   * Forget all, and read the `ids` of a seed, the first `start` of which aren't text; the first
   * unit may begin with the `rest` of it, and an `opening` stands before it.
   */
  begin({
    ids,
    start,
    rest,
    opening,
    rngSeed,
    stream,
  }: {
    ids: number[];
    start: number;
    rest: string;
    opening: string;
    rngSeed: number;
    stream: number;
  }) {
    const { facts, units, constants, network } = this;
    const { unknown } = facts;
    const text = this.textOf(ids.slice(start)) + rest;
    const { from, places } = constants.memory;
    const remembers = facts.remembers && text.length >= from;
    const first = remembers ? Math.max(start, ids.length - places) : ids.length;
    this.memory = new Memory(units, constants.memory);
    this.rules = [
      { score: (scores) => unknown !== null && scores.fill(-Infinity, unknown, unknown + 1) },
      new Names(units, facts.names, text, constants.names),
      this.memory,
      new Breaks(facts),
      new Runs(units, facts.longestRun),
      ...this.spelling,
    ];
    this.seed = opening;
    network.restore();
    ids.forEach((id, n) => {
      if (n >= first) {
        this.memory.take(id, this.seed, network.hidden);
      }
      this.seed += n < start ? "" : units[id];
      network.step(id);
    });
    this.states = new Map([[0, network.save()]]);
    this.ways = rest ? waysOn(network, units, rest, constants) : [];
    this.again({ rngSeed, stream });
  }

  /** Begin another text after the same seed, with a `stream` of the random numbers of `rngSeed`. */
  again({ rngSeed, stream }: { rngSeed: number; stream: number }) {
    this.sampler = new Sampler(rngSeed, stream);
    this.take();
  }

  /**
   * Go back to the end of the seed, and read the path of the way with this number, if there is one.
   */
  take(way = -1) {
    const path = this.ways[way]?.path ?? [];
    this.goBack(0);
    this.lead = path.length;
    path.forEach((id) => this.read(id));
  }

  /** Read the units that a text after the seed already has; the first came by a `way`. */
  keep({ ids, way }: { ids: number[]; way: number }): Written {
    const taken = Math.min(way, this.ways.length - 1);
    this.take(taken);
    const units = ids
      .filter((id) => id in this.units)
      .map((id, n) => {
        const unit = n === 0 && this.ways.length ? this.first(taken, id) : this.unit(id);
        this.read(id);
        return unit;
      });
    return { units, ended: this.ended() };
  }

  /** Go back to where a number of units after the seed had been read. */
  goBack(length: number) {
    const kept = length - (length % STRIDE);
    this.network.restore(this.states.get(kept));
    this.ids.length = length;
    this.ids.slice(kept).forEach((id) => this.network.step(id));
    this.text = this.seed + this.textOf(this.ids);
  }

  /** Return whether an item ends here: with line breaks that were written, not read. */
  ended() {
    const breaks = this.facts.end.length;
    const last = this.ids.slice(Math.max(this.lead, this.ids.length - breaks));
    return breaks > 0 && last.length === breaks && last.every((id) => id === this.newline);
  }

  read(id: number) {
    if (this.ids.length % STRIDE === 0) {
      this.states.set(this.ids.length, this.network.save());
    }
    this.ids.push(id);
    this.text += this.units[id];
    this.network.step(id);
  }

  /**
   * Go back to the place after `place` generated units, and read `id` there; the first one comes by
   * a `way`.
   */
  choose({ place, id, way }: { place: number; id: number; way: number }): Written {
    const first = place === 0 && this.ways.length > 0;
    if (first) {
      this.take(way);
    } else {
      this.goBack(this.lead + place);
    }
    const unit = first ? this.first(way, id) : this.unit(id);
    this.read(id);
    return { units: [unit], ended: this.ended() };
  }

  /** Where the next unit is chosen. */
  get place() {
    const { network, text, ids, lead } = this;
    return { logits: network.logits, output: network.hidden, text, written: ids.slice(lead) };
  }

  /** Draw a way and take it; return the first unit. */
  begun(rules: Rule[]) {
    const { ways, sampler } = this;
    const weights = ways.map(({ weight }) => weight);
    const way = sampler.pick({ ...this.place, logits: weights });
    this.take(way);
    const fits = new Set(ways[way].ids ?? this.units.keys());
    const logits = this.network.logits.map((logit, id) => (fits.has(id) ? logit : -Infinity));
    return this.first(way, sampler.pick({ ...this.place, logits }, rules));
  }

  /** Return the first unit, which came by a `way`, and the likeliest in its place, by any way. */
  first(way: number, id: number): Unit {
    const { ways, units } = this;
    const [{ weight: highest }] = ways;
    const all = ways.reduce((sum, { weight }) => sum + Math.exp(weight - highest), 0);
    const found: Map<string, Choice> = new Map();
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

  textOf(ids: number[]) {
    return ids.map((id) => this.units[id]).join("");
  }

  /** Return the unit `id` as it is chosen now, and the likeliest in its place. */
  unit(id: number): Unit {
    const { units, facts, constants } = this;
    const odds = softmax(scoresAt(this.place, [this.memory], 1));
    const choice: (id: number) => Choice = (each) => ({
      id: each,
      text: units[each],
      odds: odds[each],
      way: 0,
    });
    const chosen = choice(id);
    if (facts.unknown !== null) {
      odds[facts.unknown] = 0;
    }
    const others = [];
    for (let n = 0; n < Math.min(constants.alternatives, units.length); n++) {
      const best = odds.indexOf(highestOf(odds));
      others.push(choice(best));
      odds[best] = 0;
    }
    return { ...chosen, others: others.filter((each) => each.odds > 0) };
  }

  /** Take other weights of the same network; the next request begins a text. */
  change({ facts, weights }: { facts: Facts; weights: Uint8Array }) {
    this.facts = facts;
    this.knownWords = null;
    this.network.load(facts, weights);
    this.suggester.forget();
    return { weights }; // which then need not be copied to new memory the next time
  }

  /** Know the text that the model learned, so as to copy nothing of it. */
  know({ text }: { text: string }) {
    this.learned = text;
    this.noCopies = null;
  }

  /** The rule against copying, which takes a moment to make. */
  get originality() {
    this.noCopies ??= this.learned
      ? new NoCopies(this.units, this.learned, this.constants.copied)
      : null;
    return this.noCopies ? [this.noCopies] : [];
  }

  /** The rule against invented words, if the model has one. */
  get spelling() {
    const { lexicon, unknown } = this.facts;
    if (!lexicon || unknown !== null) return [];
    this.knownWords ??= new KnownWords(this.units, lexicon, this.constants.lexicon);
    return [this.knownWords];
  }

  /** Generate units up to a `length` or an item's end, or for a number of `milliseconds`. */
  write({
    length,
    milliseconds,
    temperature,
    topP,
    minP,
    noRepeat,
    original,
  }: {
    length: number;
    milliseconds: number;
    temperature: number;
    topP: number;
    minP: number;
    noRepeat: number;
    original: boolean;
  }): Written {
    Object.assign(this.sampler, { temperature, topP, minP });
    const end = performance.now() + milliseconds;
    const rules = [
      ...this.rules,
      ...(noRepeat ? [new Repeats(this.units, noRepeat)] : []),
      ...(original ? this.originality : []),
    ];
    const units = [];
    let left = length;
    do {
      const begins = this.ways.length > 0 && this.ids.length === 0;
      const unit = begins ? this.begun(rules) : this.unit(this.sampler.pick(this.place, rules));
      units.push(unit);
      this.read(unit.id);
      left -= lengthOf(unit.text, this.facts.measure);
    } while (left > 0 && !this.ended() && performance.now() < end);
    return { units, ended: this.ended() };
  }

  /** Return the words or phrases to choose from after a text. */
  suggest(message: Parameters<Suggester["suggest"]>[0]) {
    return this.suggester.suggest(message);
  }

  /** Return rare words to add to a text. */
  rare({ text, count }: { text: string; count: number }) {
    return this.suggester.surprise(text, this.learned, count);
  }

  /**
   * Return the units of a text as the model would have chosen each; what it never saw has odds NaN.
   */
  surprise({ ids, start }: Given) {
    const { network, facts } = this;
    const next = (id: number) => {
      const unit = this.unit(Math.max(id, 0));
      if (id >= 0) {
        network.step(id);
      }
      return id < 0 || id === facts.unknown ? { ...unit, odds: Number.NaN } : unit;
    };
    return { units: this.#aside(start, () => ids.map(next)) };
  }

  /** Return what the cells do: of each unit and layer their activations times 127, as bytes. */
  cells({ ids, start }: Given) {
    const { network } = this;
    const next = (id: number) => {
      if (id >= 0) {
        network.advance(id);
      }
      return network.layers.map(({ activation }) =>
        Int8Array.from(activation, (value) => Math.round(127 * value)),
      );
    };
    return { rows: this.#aside(start, () => ids.map(next)) };
  }

  /** Let the network read after `start`, while the text that it writes stays. */
  #aside<T>(start: number[], read: () => T) {
    const { network, memory } = this;
    const saved = network.save();
    this.memory = new Memory(this.units, this.constants.memory);
    network.restore();
    start.forEach((id) => network.step(id));
    const result = read();
    this.memory = memory;
    network.restore(saved);
    return result;
  }
}
