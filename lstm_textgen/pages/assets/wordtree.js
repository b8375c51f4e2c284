/**
 * A tree of the texts that may follow a sheet, and the probabilities of the words in it: as in
 * `wordtree.hy`, which explains it.
 */

import { logOdds, logSum, scoresAt } from "./sampler.js";
import { TOGETHER } from "./streams.js";
import { asSeen } from "./wordends.js";

/**
 * @typedef {object} Node a text that the model has read
 * @property {string} text @property {number} weight ln of its probability
 * @property {string} state of its last word
 * @property {number} words in it @property {number} begun where the last one begins
 * @property {number[]} written the units of the text, but not those within what was typed
 * @property {number} typed characters that the sheet has of the next unit
 * @property {Float64Array} odds ln of the text's probability with each unit after it
 * @property {import("./wordends.js").Row} row what units do to the last word
 * @property {Map<number, Node>} children by ids @property {Float32Array[]} network its state
 *
 * @typedef {[Node, number]} Step the unit with an id after a node
 * @typedef {{odds: number, node: Node, order: number[], place: number}} Open what may be read next
 * @typedef {import("./spelling.js").Way} Way
 */

/** The texts that may follow. */
export class Tree {
  /** @type {Node[]} */
  nodes = [];

  /** @type {Map<string, number>} the words found, and their probabilities so far */
  totals = new Map();

  /**
   * @param {import("./spelling.js").Step} step @param {import("./wordends.js").WordEnds} ends
   * @param {import("./rules.js").Rule[]} rules @param {string} sheet what is before the texts
   * @param {string} state of its last word @param {string} typed what it has of that word
   * @param {import("./page.js").Constants["choosing"]} constants
   */
  constructor(step, ends, rules, sheet, state, typed, constants) {
    this.step = step;
    this.ends = ends;
    this.rules = rules;
    this.sheet = sheet;
    this.state = state;
    this.typed = typed;
    this.wholeOdds = 0; // that a word ends after what was typed
    this.begun = "TU".includes(state) ? Array.from(typed).length : 0;
    this.constants = constants;
    /** @type {Map<string, number>} */
    this.ids = new Map(ends.units.map((unit, id) => [unit, id]));
    this.end = performance.now() + constants.milliseconds;
  }

  /** Whether the time of a search is over. */
  get isLate() {
    return performance.now() > this.end;
  }

  /**
   * Add the text, mostly an empty one, that a `way` begins with.
   * @param {Way} way @param {string} text
   * @param {string} rest of the sheet, which the way writes
   * @param {number} all ln of the sum of the ways' weights
   */
  addRoot({ weight, ids, typed, state: network }, text, rest, all) {
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

  /**
   * Return whether the word that `text` begins, or has the rest of, may be longer.
   * @param {string} text
   */
  hasRoom(text) {
    const begun = !text || this.ends.completes(this.state, text) ? this.begun : 0;
    return begun + Array.from(text.trimStart()).length < this.constants.longest;
  }

  /**
   * Read on until the `count` best words have been found, or the budget is used up, or what is
   * `wanted` isn't any more; return whether it still is. When its time is over, a search ends with
   * the best of as many words as it has.
   * @param {number} count @param {() => Promise<boolean>} wanted
   */
  async grow(count, wanted) {
    /** @type {Open[]} */
    const open = [];
    let offered = 0;
    for (let read = 0; read < this.constants.budget; ) {
      const least = this.least(count);
      for (; offered < this.nodes.length; offered++) {
        this.offer(this.nodes[offered], open, least);
      }
      const chosen = this.best(open, least);
      if (!chosen.length) {
        break;
      }
      read += this.read(chosen).length;
      if (!(await wanted())) {
        return false;
      }
      if (this.isLate && this.totals.size >= count) {
        return true;
      }
    }
    return this.complete(count, wanted);
  }

  /**
   * Return the `count` best words that may be offered, with their probabilities.
   * @param {number} count @returns {[string, number][]}
   */
  bestWords(count) {
    /** @type {Map<string, [string, number]>} */
    const best = new Map();
    let [next, longer] = [0, false];
    const least = this.leastOffered;
    const all = [...this.totals].filter(([, odds]) => odds >= least);
    for (const [word, odds] of all.sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1))) {
      const more = this.ends.completes(this.state, word);
      const seen = asSeen((more ? this.typed : "") + word);
      if (best.size === count) {
        break;
      }
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

  /**
   * Return ln of the probability that a word must have to be one of the `count` best.
   * @param {number} count
   */
  least(count) {
    const best = this.bestWords(count).map(([, odds]) => odds);
    return Math.log(best.length === count ? Math.min(...best) : this.leastOffered);
  }

  /**
   * Add the texts that continue the word of a `node` to the `open` ones, if above `least`.
   * @param {Node} node @param {Open[]} open @param {number} least
   */
  offer(node, open, least) {
    if (node.text === "" || this.hasRoom(node.text)) {
      const order = node.row.goOn.filter((id) => node.odds[id] > least);
      order.sort((a, b) => node.odds[b] - node.odds[a]);
      if (order.length) {
        open.push({ odds: node.odds[order[0]], node, order, place: 0 });
      }
    }
  }

  /**
   * Take from the `open` texts the most probable ones, all above `least`.
   * @param {Open[]} open @param {number} least
   */
  best(open, least) {
    /** @type {Step[]} */
    const chosen = [];
    while (chosen.length < TOGETHER && open.length) {
      const at = open.reduce((best, { odds }, n) => (odds > open[best].odds ? n : best), 0);
      const each = open[at];
      if (each.odds <= least) {
        break;
      }
      chosen.push([each.node, each.order[each.place++]]);
      each.odds = each.node.odds[each.order[each.place]] ?? Number.NEGATIVE_INFINITY;
      if (each.place === each.order.length) {
        open.splice(at, 1);
      }
    }
    return chosen;
  }

  /**
   * Follow more ways to write words that are among the `count` best, or nearly.
   * @param {number} count @param {() => Promise<boolean>} wanted
   */
  async complete(count, wanted) {
    for (let read = 0; read < this.constants.waysBudget && !this.isLate; ) {
      const least = Math.exp(this.least(count)) * this.constants.nearly;
      const words = [...this.totals].filter(([, total]) => total >= least);
      /** @type {Step[]} */
      const chosen = [];
      for (const [word, total] of words) {
        for (const step of this.missing(word, Math.log(this.constants.exact * total))) {
          if (
            chosen.length < TOGETHER &&
            !chosen.some(([n, id]) => n === step[0] && id === step[1])
          ) {
            chosen.push(step);
          }
        }
      }
      if (!chosen.length) {
        break;
      }
      read += this.read(chosen).length;
      if (!(await wanted())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Return the steps that begin unread ways to write `word`, if they are above `least`.
   * @param {string} word @param {number} least @returns {Step[]}
   */
  missing(word, least) {
    return this.nodes
      .filter(({ text }) => word.startsWith(text))
      .flatMap((node) =>
        this.spelling(node, word.slice(node.text.length))
          .filter((id) => !node.children.has(id) && node.odds[id] > least)
          .map((id) => /** @type {Step} */ ([node, id])),
      );
  }

  /**
   * Return the ids after `node` that write the beginning of `left`, or all of it and a joiner.
   * @param {Node} node @param {string} left
   */
  spelling({ typed, row }, left) {
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

  /**
   * Let the model read the `chosen` steps, at most `TOGETHER`; return the new nodes.
   * @param {Step[]} chosen
   */
  read(chosen) {
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
   * @param {Omit<Node, "odds" | "row" | "children">} begun @param {string} text with the sheet
   * @param {number[] | null} [ids] @returns {[Node, string]}
   */
  weigh(begun, text, ids = null) {
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
    /** @type {Node} */
    const node = { ...begun, state, odds, row: this.ends.row(state), children: new Map() };
    this.nodes.push(node);
    return [node, state];
  }

  /**
   * Return whether a word goes on, as one next character is more probable than all others.
   * @param {Float64Array} odds @param {number} weight
   */
  goesOn(odds, weight) {
    const least = Math.log(this.constants.sure) + weight;
    return [...this.ends.firsts.values()].some((ids) => logSum(ids.map((id) => odds[id])) > least);
  }

  /**
   * Add what of the probability of a node ends its word to the totals, if it is the first word.
   * @param {Node} node
   */
  count({ text, words, row, odds, typed }) {
    const { units } = this.ends;
    /** @param {string} word @param {number[]} ids */
    const add = (word, ids) => {
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
