/**
 * A tree of the texts that may follow a sheet, and the probabilities of the words in it: as in
 * `wordtree.hy`, which explains it.
 */

import { asSeen, type Row, type WordEnds } from "../text/word-ends.ts";
import type { Constants, Rule } from "../types.ts";
import { logOdds, logSum, scoresAt } from "./sampler.ts";
import type { Step as Reading, Way } from "./spelling.ts";

/** A text that the model has read. */
export interface Node {
  text: string;
  weight: number; // ln of its probability
  state: string; // of its last word
  words: number; // in it
  begun: number; // where the last one begins
  written: number[]; // the units of the text, but not those within what was typed
  typed: number; // characters that the sheet has of the next unit
  odds: Float64Array; // ln of the text's probability with each unit after it
  row: Row; // what units do to the last word
  children: Map<number, Node>; // by ids
  network: Float32Array[]; // its state
}

/** The unit with an id after a node. */
export type Step = [Node, number];

/** What may be read next. */
export type Open = { odds: number; node: Node; order: number[]; place: number };

/** The texts that may follow. */
export class Tree {
  nodes: Node[] = [];

  /** the words found, and their probabilities so far */
  totals: Map<string, number> = new Map();

  step: Reading;
  ends: WordEnds;
  rules: Rule[];
  sheet: string;
  state: string;
  typed: string;
  wholeOdds: number;
  begun: number;
  constants: Constants["choosing"];
  quotes: Constants["quotes"];
  ids: Map<string, number>;
  end: number;

  /**
   * @param sheet what is before the texts
   * @param state of its last word
   * @param typed what it has of that word
   */
  constructor(
    step: Reading,
    ends: WordEnds,
    rules: Rule[],
    sheet: string,
    state: string,
    typed: string,
    { choosing, quotes }: Pick<Constants, "choosing" | "quotes">,
  ) {
    this.step = step;
    this.ends = ends;
    this.rules = rules;
    this.sheet = sheet;
    this.state = state;
    this.typed = typed;
    this.wholeOdds = 0; // that a word ends after what was typed
    this.begun = "TU".includes(state) ? Array.from(typed).length : 0;
    this.constants = choosing;
    this.quotes = quotes;
    this.ids = new Map(ends.units.map((unit, id) => [unit, id]));
    this.end = performance.now() + choosing.milliseconds;
  }

  /** Whether the time of a search is over. */
  get isLate() {
    return performance.now() > this.end;
  }

  /**
   * Add the text, mostly an empty one, that a `way` begins with.
   * @param rest of the sheet, which the way writes
   * @param all ln of the sum of the ways' weights
   */
  addRoot({ weight, ids, typed, state: network }: Way, text: string, rest: string, all: number) {
    const { state } = this;
    const before = this.sheet.slice(0, this.sheet.length - rest.length);
    const own = before + rest.slice(0, rest.length - typed) + text;
    const [node, end] = this.weigh(
      { text, weight: weight - all, state, words: 1, begun: 0, network, written: [], typed },
      own,
      ids,
    );
    node.row = ids ? this.ends.rowAfter(end, ids, typed) : this.ends.row(end);
    const { units, enders } = this.ends;
    this.wholeOdds += ids ? 0 : Math.exp(logSum(enders.map((id) => node.odds[id])));
    if (!this.hasRoom("")) {
      const goOn = node.row.goOn.filter((id) => !this.ends.continues(units[id].slice(typed)));
      node.row = { ...node.row, goOn };
    }
    this.count(node);
  }

  /** Return whether the word that `text` begins, or has the rest of, may be longer. */
  hasRoom(text: string) {
    const begun = !text || this.ends.completes(this.state, text) ? this.begun : 0;
    return begun + Array.from(text.trimStart()).length < this.constants.longest;
  }

  /**
   * Read on until the `count` best words have been found, or the budget is used up, or what is
   * `wanted` isn't any more; return whether it still is. When its time is over, a search ends with
   * the best of as many words as it has.
   */
  async grow(count: number, wanted: () => Promise<boolean>) {
    const open: Open[] = [];
    let offered = 0;
    for (let read = 0; read < this.constants.budget; ) {
      const least = this.least(count);
      for (; offered < this.nodes.length; offered++) {
        this.offer(this.nodes[offered], open, least);
      }
      const chosen = this.best(open, least);
      if (!chosen.length) break;
      read += this.read(chosen).length;
      if (!(await wanted())) return false;
      if (this.isLate && this.totals.size >= count) return true;
    }
    return this.complete(count, wanted);
  }

  /** Return the `count` best words that may be offered, with their probabilities. */
  bestWords(count: number): [string, number][] {
    const best: Map<string, [string, number]> = new Map();
    let [next, longer] = [0, false];
    const least = this.leastOffered;
    const all = [...this.totals].filter(([, odds]) => odds >= least);
    for (const [word, odds] of all.sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1))) {
      const more = this.ends.completes(this.state, word);
      const seen = asSeen((more ? this.typed : "") + word, this.quotes);
      if (best.size === count) break;
      if (!best.has(seen) && !(more && this.isWhole && (longer || odds < next))) {
        best.set(seen, [word, odds]);
        longer ||= more;
        next ||= more ? 0 : odds * this.constants.leastLonger;
      }
    }
    return [...best.values()].sort(([a], [b]) => +a.includes("\n") - +b.includes("\n"));
  }

  /** Whether what was typed probably is a whole word. */
  get isWhole() {
    return "TU".includes(this.state) && this.wholeOdds > this.constants.whole;
  }

  /** The probability that a word must have to be offered. */
  get leastOffered() {
    const { least, leastCompleted } = this.constants;
    const best = Math.max(0, ...this.totals.values());
    const begun = "TU".includes(this.state) && !this.isWhole;
    return Math.max(least * best, begun ? leastCompleted * Math.min(best, 1 - best) : 0);
  }

  /** Return ln of the probability that a word must have to be one of the `count` best. */
  least(count: number) {
    const best = this.bestWords(count).map(([, odds]) => odds);
    return Math.log(best.length === count ? Math.min(...best) : this.leastOffered);
  }

  /** Add the texts that continue the word of a `node` to the `open` ones, if above `least`. */
  offer(node: Node, open: Open[], least: number) {
    if (node.text === "" || this.hasRoom(node.text)) {
      const order = node.row.goOn.filter((id) => node.odds[id] > least);
      order.sort((a, b) => node.odds[b] - node.odds[a]);
      if (order.length) {
        open.push({ odds: node.odds[order[0]], node, order, place: 0 });
      }
    }
  }

  /** Take from the `open` texts the most probable ones, all above `least`. */
  best(open: Open[], least: number) {
    const chosen: Step[] = [];
    while (chosen.length < this.constants.together && open.length) {
      const at = open.reduce((best, { odds }, n) => (odds > open[best].odds ? n : best), 0);
      const each = open[at];
      if (each.odds <= least) break;
      chosen.push([each.node, each.order[each.place++]]);
      each.odds = each.node.odds[each.order[each.place]] ?? Number.NEGATIVE_INFINITY;
      if (each.place === each.order.length) {
        open.splice(at, 1);
      }
    }
    return chosen;
  }

  /** Follow more ways to write words that are among the `count` best, or nearly. */
  async complete(count: number, wanted: () => Promise<boolean>) {
    const { exact, nearly, together, waysBudget } = this.constants;
    for (let read = 0; read < waysBudget && !this.isLate; ) {
      const least = Math.exp(this.least(count)) * nearly;
      const words = [...this.totals].filter(([, total]) => total >= least);
      const all = words.flatMap(([word, total]) => this.missing(word, Math.log(exact * total)));
      const chosen = distinctSteps(all).slice(0, together);
      if (!chosen.length) break;
      read += this.read(chosen).length;
      if (!(await wanted())) return false;
    }
    return true;
  }

  /**
   * Follow the most probable way to write each of the `words` that are above `least`; return
   * whether they still are `wanted`.
   */
  async spell(words: string[], least: number, wanted: () => Promise<boolean>) {
    const { together } = this.constants;
    for (;;) {
      const left = words.filter((word) => !this.totals.has(word));
      const all = left.flatMap((word) => {
        const steps = this.missing(word, least);
        return steps.sort(([a, n], [b, k]) => b.odds[k] - a.odds[n]).slice(0, 1);
      });
      const chosen = distinctSteps(all);
      if (!chosen.length) return true;
      for (let start = 0; start < chosen.length; start += together) {
        this.read(chosen.slice(start, start + together));
        if (!(await wanted())) return false;
      }
    }
  }

  /** Return the steps that begin unread ways to write `word`, if they are above `least`. */
  missing(word: string, least: number): Step[] {
    return this.nodes
      .filter(({ text }) => word.startsWith(text))
      .flatMap((node) =>
        this.spelling(node, word.slice(node.text.length))
          .filter((id) => !node.children.has(id) && node.odds[id] > least)
          .map((id) => [node, id] as Step),
      );
  }

  /** Return the ids after `node` that write the beginning of `left`, or all of it and a joiner. */
  spelling({ typed, row }: Node, left: string) {
    const { units } = this.ends;
    const parts = Array.from(left);
    const texts = [
      ...parts.map((_, n) => parts.slice(0, n + 1).join("")),
      ...Array.from(this.constants.joiners, (joiner) => left + joiner),
    ];
    return typed
      ? row.goOn.filter((id) => texts.includes(units[id].slice(typed)))
      : texts.flatMap((text) => this.ids.get(text) ?? []);
  }

  /** Let the model read the `chosen` steps, at most `together`; return the new nodes. */
  read(chosen: Step[]) {
    const states = chosen.map(([{ network }]) => network);
    const ids = chosen.map(([, id]) => id);
    const after = this.step(states, ids);
    return chosen.map(([node, id], n) => {
      const unit = this.ends.units[id].slice(node.typed);
      let { begun, words } = node;
      let [state, end] = this.ends.follow(node.state, unit);
      if (end !== null) {
        begun = node.text.length + end;
        words += 1;
        [state] = this.ends.follow("S", unit.slice(Math.max(0, end)));
      }
      const text = node.text + unit;
      const [child, last] = this.weigh(
        {
          ...{ text, weight: node.odds[id], state, words, begun, network: after[n], typed: 0 },
          written: [...node.written, id],
        },
        this.sheet + text,
      );
      child.row = this.ends.row(last);
      node.children.set(id, child);
      this.count(child);
      return child;
    });
  }

  /**
   * Return a node with its odds where only the units `ids` may come (null: all), and the state of
   * its word, which may end there.
   * @param text with the sheet
   */
  weigh(
    begun: Omit<Node, "odds" | "row" | "children">,
    text: string,
    ids: number[] | null = null,
  ): [Node, string] {
    const { network, written, weight } = begun;
    const place = { logits: network[0], output: network[network.length - 2], text, written };
    const scores = scoresAt(place, this.rules, 1);
    if (ids) {
      const fits = new Set(ids);
      scores.forEach((_, id) => {
        scores[id] = fits.has(id) ? scores[id] : Number.NEGATIVE_INFINITY;
      });
    }
    const odds = logOdds(scores, weight);
    const state = begun.state === "C" && !this.goesOn(odds, weight) ? "D" : begun.state;
    const node: Node = { ...begun, state, odds, row: this.ends.row(state), children: new Map() };
    this.nodes.push(node);
    return [node, state];
  }

  /** Return whether a word goes on, as one next character is more probable than all others. */
  goesOn(odds: Float64Array, weight: number) {
    const least = Math.log(this.constants.sure) + weight;
    return [...this.ends.firsts.values()].some((ids) => logSum(ids.map((id) => odds[id])) > least);
  }

  /** Add what of the probability of a node ends its word to the totals, if it is the first word. */
  count({ text, words, row, odds, typed }: Node) {
    const { units } = this.ends;
    const add = (word: string, ids: number[]) => {
      const sum = ids.reduce((so, id) => so + Math.exp(odds[id]), 0);
      if (word && sum && words === 1) {
        this.totals.set(word, (this.totals.get(word) ?? 0) + sum);
      }
    };
    add(text, row.end);
    add(text.slice(0, -1), row.back);
    row.within.forEach(([id, end]) => add(text + units[id].slice(typed, typed + end), [id]));
  }
}

function distinctSteps(steps: Step[]) {
  const first = ([node, id]: Step) => steps.findIndex(([other, k]) => other === node && k === id);
  return steps.filter((step, n) => first(step) === n);
}
