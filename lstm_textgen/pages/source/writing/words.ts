/** What a person may choose from: words and phrases, as in `words.hy`, which explains it. */

import type { Network } from "../network/network.ts";
import { Lexicon, SPELLED } from "../text/lexicon.ts";
import { capitalsIn, Names } from "../text/names.ts";
import { UNITS, type Vocabulary } from "../text/units.ts";
import { WordEnds } from "../text/word-ends.ts";
import type { Constants, Facts } from "../types.ts";
import { Context } from "./context.ts";
import { Breaks } from "./rules.ts";
import { logSum } from "./sampler.ts";
import { allWaysOn, endedWays, type Step } from "./spelling.ts";
import { type Node, Tree } from "./word-tree.ts";

type Choosing = Constants["choosing"];

/** Rare words that are tried where some may surprise, and of the best how many are left out. */
const RARE_TRIED = 64;
const RARE_SPARE = 4;

/** ln of the least probability of such a word. */
const LEAST_RARE = Math.log(1e-6);

/** Letters of the shortest such word, and the share of a text from which a word isn't rare. */
const SHORTEST_RARE = 4;
const MOST_RARE = 1 / 2000;

/** How much more probable a word must be to begin with a capital letter. */
const CAPITAL = 10;

/** Surprises that don't come again. */
const RECENT = 20;

export interface Suggestion {
  text: string; // to add
  word: string; // as people read it
  probability: number;
}

/** What was typed. */
export interface Sheet {
  turn: string; // what must come before the word that is added
  state: string; // of the last word
  typed: string; // the beginning of that word
}

/** Suggests words after a sheet. */
export class Suggester {
  facts: Facts;
  network: Network;
  constants: Constants;
  vocabulary: Vocabulary;
  ends: WordEnds;
  asked: number;
  named: string; // The names in the sheet, and the rule that has them, as it takes a while to make.
  names: Names;
  context: Context;
  learned: string; // The text whose rare words are known, or none.
  rare: string[];
  recent: string[]; // The last of them that were suggested.

  constructor(facts: Facts, network: Network, constants: Constants) {
    this.facts = facts;
    this.network = network;
    this.constants = constants;
    this.vocabulary = new UNITS[facts.unit](facts);
    this.ends = new WordEnds(facts.units, constants.choosing);
    this.asked = 0;
    this.named = "";
    this.names = new Names(facts.units, facts.names, "", constants.names);
    this.context = new Context(facts, network, constants);
    this.learned = "";
    this.rare = [];
    this.recent = [];
  }

  /** Forget what was read, as the network has other weights. */
  forget() {
    this.asked++;
    this.context = new Context(this.facts, this.network, this.constants);
  }

  /**
   * Return up to `count` words to add to `text` or, with `words` above 1, phrases of up to so many
   * words; null if something else was asked meanwhile. If the last word of the text has `ended`,
   * nothing makes it longer.
   */
  async suggest({
    text,
    count,
    words = 1,
    ended = false,
  }: {
    text: string;
    count: number;
    words?: number;
    ended?: boolean;
  }): Promise<Suggestion[] | null> {
    const tried = count * (words === 1 ? 1 : this.constants.choosing.firstWords);
    const begun = await this.begin(text, ended, tried);
    if (!begun) return null;
    const { tree, sheet, wanted } = begun;
    return words === 1 || "IX".includes(sheet.state)
      ? tree.bestWords(count).map((found) => this.suggestion(sheet, ...found))
      : this.phrases(tree, sheet, { count, words, tried }, wanted);
  }

  /**
   * Return the tree of the `count` best words after a text, and what goes with it; null if
   * something else was asked meanwhile.
   */
  async begin(text: string, ended: boolean, count: number) {
    const asked = ++this.asked;
    const wanted = async () => {
      await nextTask();
      return asked === this.asked;
    };
    const turn = turnOf(this.facts, text);
    const seed = this.vocabulary.readSeed(text + turn, true);
    const [begun, typed] = this.typedIn(seed.text);
    const whole = ended && begun === "T";
    const sheet = { turn, state: whole ? "S" : begun, typed: whole ? "" : typed };
    if (!(await this.context.read(seed, wanted))) return null;
    const tree = this.plant(seed, sheet, whole);
    if (!text) {
      tree.end = Infinity; // nobody is typing yet
    }
    return (await tree.grow(count, wanted)) ? { tree, sheet, wanted } : null;
  }

  /**
   * Return rare words to add to `text`, whose last word has ended; null if something else was asked
   * meanwhile. They are drawn from the best, per unit, of some words of the text that the model
   * `learned` or, if that isn't known, of all that it may spell; if none of them fits, from the
   * less probable of those that do.
   * @param count at most
   */
  async surprise(text: string, learned: string, count: number) {
    const begun = await this.begin(text, true, RARE_TRIED);
    if (!begun) return null;
    const { tree, sheet, wanted } = begun;
    const usual = tree.bestWords(RARE_TRIED).map(([word]) => word);
    const [, lead] = usual.map((word) => /^(\s*)\p{L}/u.exec(word)).find(Boolean) ?? ["", " "];
    const isNew = (word: string) => !this.recent.includes(word.trim().toLowerCase());
    const open = this.rareWords(learned).filter(isNew);
    const some = new Set(open.length ? Array.from({ length: RARE_TRIED }, () => anyOf(open)) : []);
    const forms = [...some].map((word) => [lead + word, lead + capital(word)]);
    if (!(await tree.spell(forms.flat(), LEAST_RARE, wanted))) return null;
    const odds = (word: string) => tree.totals.get(word) ?? 0;
    const mean = (word: string) => Math.log(odds(word)) / this.vocabulary.split(word).length;
    const found = forms
      .map(([small, large]) => (odds(large) > CAPITAL * odds(small) ? large : small))
      .filter(odds)
      .sort((a, b) => mean(b) - mean(a));
    const fit = usual.filter((word) => /\p{L}/u.test(word) && isNew(word));
    const words = found.length ? found.slice(0, count + RARE_SPARE) : fit.slice(fit.length / 2);
    while (words.length > count) {
      words.splice(Math.random() * words.length, 1);
    }
    const lowered = words.map((word) => word.trim().toLowerCase());
    this.recent = [...lowered, ...this.recent].slice(0, RECENT);
    return words.map((word) => this.suggestion(sheet, word, odds(word)));
  }

  /** Return the rare words of the text that the model `learned` or, if there is none, of all. */
  rareWords(learned: string) {
    const { lexicon, units } = this.facts;
    if (this.learned !== learned || !this.rare.length) {
      const text = learned || new Lexicon(lexicon).marked.join(" ");
      const all = text.toLowerCase().match(SPELLED) ?? [];
      const counts: Map<string, number> = new Map();
      all.forEach((word) => {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      });
      units.forEach((unit) => counts.delete(unit.trim())); // what is one is frequent
      const rare = [...counts].filter(([, count]) => count <= Math.max(1, MOST_RARE * all.length));
      this.rare = rare.map(([word]) => word).filter((word) => word.length >= SHORTEST_RARE);
      this.learned = learned;
    }
    return this.rare;
  }

  /**
   * Return up to `count` phrases of up to so many `words`, each with another first one, which is
   * among the best so many; null if they aren't wanted any more.
   */
  async phrases(
    tree: Tree,
    sheet: Sheet,
    { count, words, tried }: { count: number; words: number; tried: number },
    wanted: () => Promise<boolean>,
  ) {
    const firsts = tree.bestWords(tried).map(([word]) => word);
    const found: Map<string, Suggestion> = new Map();
    while (firsts.length && found.size < count) {
      const phrases = await this.grow(tree, firsts.splice(0, count - found.size), words, wanted);
      if (!phrases) return null;
      for (const phrase of phrases.filter((each) => each.found.length)) {
        const each = this.suggestion(sheet, ...phrase.best());
        const first = this.ends.wordsOf(each.word)[0].toLowerCase();
        found.set(first, found.get(first) ?? each);
      }
    }
    return [...found.values()].sort((a, b) => b.probability - a.probability);
  }

  /**
   * Return the phrases in the `tree` that begin with the words `firsts`; null if they aren't wanted
   * any more.
   */
  async grow(tree: Tree, firsts: string[], words: number, wanted: () => Promise<boolean>) {
    const begun = firsts.filter((word) => !word.includes("\n"));
    const phrases = begun.flatMap((word) => {
      const nodes = tree.nodes.filter((node) => node.text === word && node.words === 1);
      nodes.sort((a, b) => b.weight - a.weight);
      return nodes.slice(0, 1).map((node) => new Phrase(node, words, this));
    });
    const { unitsOfWord, together } = this.constants.choosing;
    for (let round = 0; round < words * unitsOfWord; round++) {
      const chosen = phrases.flatMap((phrase) => phrase.next(this.facts.units));
      for (let start = 0; start < chosen.length; start += together) {
        tree.read(chosen.slice(start, start + together));
      }
      if (!chosen.length) break;
      if (!(await wanted())) return null;
    }
    return phrases;
  }

  /**
   * Return the tree of what may follow a `seed`, which was read, and whose last word may be
   * `whole`.
   */
  plant(
    { text, rest, opening }: { text: string; rest: string; opening: string },
    { state, typed }: Sheet,
    whole: boolean,
  ) {
    const { facts, constants, context } = this;
    const { unknown } = facts;
    const step: Step = (states, ids) => context.step(states, ids);
    const followed = allWaysOn(context.state, step, facts.units, rest, constants);
    const ways = whole ? endedWays(followed, this.ends.enders) : followed;
    const tree = new Tree(
      step,
      this.ends,
      [
        { score: (scores) => unknown !== null && scores.fill(-Infinity, unknown, unknown + 1) },
        this.namesAfter(text.slice(0, text.length - rest.length)),
        ...(context.memory ? [context.memory] : []),
        new Breaks(facts),
      ],
      text,
      state,
      typed,
      constants,
    );
    const all = logSum(ways.map(({ weight }) => weight));
    ways.forEach((way) => tree.addRoot(way, opening, rest, all));
    return tree;
  }

  /** Return the rule about names after `text`. */
  namesAfter(text: string) {
    const { facts, constants } = this;
    const named = facts.names && [...new Set(capitalsIn(text, constants.names))].join(" ");
    if (named !== this.named) {
      this.names = new Names(facts.units, facts.names, named, constants.names);
      this.named = named;
    }
    return this.names;
  }

  /**
   * Return the state of the last word of `text`, and what it has of that; in a list of short lines,
   * the words are its items.
   */
  typedIn(text: string): [string, string] {
    const { longest, longer } = this.constants.choosing;
    if (this.facts.end === "\n" && this.facts.mostUnits <= longer * longest) {
      const own = text.slice(text.lastIndexOf("\n") + 1);
      return [own ? "I" : "X", own];
    }
    return this.ends.typedAtEnd(text);
  }

  /** Return the suggestion to add `text` to the sheet. */
  suggestion({ turn, state, typed }: Sheet, text: string, probability: number): Suggestion {
    const whole = (this.ends.completes(state, text) ? typed : "") + text;
    const word = whole.trim() || whole;
    return { text: turn + text, word, probability: Math.min(1, probability) };
  }
}

/** A phrase that begins with a word. */
class Phrase {
  /**
   * Whole ones: whether a sentence or a clause has ended, ln of the probability, that of each word
   * on average.
   */
  found: { text: string; ended: boolean; odds: number; mean: number }[] = [];

  chosen: [Node, number][] = [];

  first: Node | null;
  words: number;
  ends: WordEnds;
  constants: Choosing;

  constructor(
    first: Node,
    words: number,
    { ends, constants }: { ends: WordEnds; constants: { choosing: Choosing } },
  ) {
    this.first = first;
    this.words = words;
    this.ends = ends;
    this.constants = constants.choosing;
  }

  /**
   * Return the text and the probability of the one with the most probable words, on average; if
   * some have ended, it is one of these.
   */
  best(): [string, number] {
    const [{ text, odds }] = this.found.sort(
      (a, b) => Number(b.ended) - Number(a.ended) || b.mean - a.mean,
    );
    return [text, Math.exp(odds)];
  }

  /**
   * Add the text of a node to those found.
   * @param odds that it ends there
   */
  find({ text, words }: Node, ended: boolean, odds: number) {
    this.found.push({ text: text.trimEnd(), ended, odds, mean: odds / words });
  }

  /**
   * Return what is to be read after what was chosen before. What repeats two words of the phrase,
   * as networks like to do, isn't continued.
   */
  next(units: string[]) {
    const { first } = this;
    const { paths, shortestPhrase } = this.constants;
    const nodes = first ? [first] : this.chosen.map(([node, id]) => node.children.get(id) as Node);
    const ways: [number, Node, number][] = [];
    for (const node of nodes) {
      const { odds, row, text, words } = node;
      const ended = this.hasEnded(node);
      const over = ended || words === this.words;
      const own = this.ends.wordsOf(text);
      const pairs = own.slice(1).map((word, n) => `${own[n]} ${word}`);
      const scrap = own.length < shortestPhrase;
      if ((over && scrap) || new Set(pairs).size < pairs.length) continue;
      const ids = first ? row.end : over ? row.goOn : [...units.keys()];
      if (over) {
        this.find(node, ended, logSum(row.end.map((id) => odds[id])));
      }
      const best = ids.sort((a, b) => odds[b] - odds[a]).slice(0, paths);
      for (const id of best) {
        if (units[id][0] !== "\n") {
          ways.push([odds[id], node, id]);
        } else if (!scrap) {
          this.find(node, false, odds[id]);
        }
      }
    }
    this.first = null;
    const best = Math.max(...this.found.map(({ ended, mean }) => (ended ? mean : -Infinity)));
    const last = Math.max(...this.found.map(({ mean }) => mean));
    const mayEnd = (node: Node) => node.words < this.words || this.hasEnded(node);
    const some = ways.sort(([a], [b]) => b - a).slice(0, paths);
    this.chosen = some
      // At best, all that follows is certain.
      .filter(([odds, node]) => odds / this.words > (mayEnd(node) ? best : last))
      .map(([, node, id]) => [node, id]);
    return this.chosen;
  }

  /**
   * Return whether a sentence, or a clause that is long enough, ends with the last word of a node.
   */
  hasEnded({ text, begun, words }: Node) {
    const { abbreviation, clauseEnds, fullStops } = this.constants;
    const marks = [...text.slice(begun)];
    const sentence = words > 1 && !new RegExp(abbreviation).test(text.trimEnd());
    return (
      (sentence && marks.some((mark) => fullStops.includes(mark))) ||
      (words >= this.words / 2 && marks.some((mark) => clauseEnds.includes(mark)))
    );
  }
}

/**
 * Return the name and colon that a line of a chat lacks at the end of `text`; otherwise nothing.
 */
function turnOf({ record, end }: Facts, text: string) {
  const people: string[] = record?.facts?.people ?? [];
  if (people.length < 2 || end || !`\n${text}`.endsWith("\n")) return "";
  const speakers = text.split("\n").map((line) => (line.includes(":") ? line.split(":")[0] : line));
  const spoke = speakers.filter((name) => people.includes(name)).reverse();
  if (!spoke.length) return `${people[0]}:`;
  const other = [...spoke, ...people].find((name) => name !== spoke[0]);
  return `${other}:`;
}

function capital(word: string) {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function anyOf<T>(some: T[]): T {
  return some[Math.floor(Math.random() * some.length)];
}

/** Wait until messages that have come were taken. */
function nextTask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}
