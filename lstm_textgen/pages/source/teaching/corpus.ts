/**
 * A text → what a model learns, as in `learning/source.hy`: ids, a part of them held out, and the
 * facts of the new model.
 */

import { fingerprinter } from "../text/fingerprint.ts";
import { leftOut, readText, unitsIn } from "../text/intake.ts";
import { ENDS, evenly, splitItems, type WishForItems } from "../text/items.ts";
import { countsOf, type Look, lookOf, type Numbers, Passage } from "../text/looks.ts";
import { UNITS } from "../text/units.ts";
import type { Epoch, Facts } from "../types.ts";
import { randomNumbers } from "../writing/sampler.ts";
import { newFacts, type Parts, SHORTEST, sizeOf } from "./new-facts.ts";

/** What a model is to learn. */
export interface Wish extends WishForItems {
  text: string;
  name: string; // of the new model
  layers?: [string, number][]; // of a model from nothing
}

/** What a model learns. */
export interface Corpus {
  facts: Facts; // of the new model
  training: Int32Array | Int32Array[]; // ids; of a list, those of each item with its end
  validation: Int32Array | Int32Array[]; // those held out
  text: string; // what it is called in the history of a model
  lookback: number; // the length of windows that suits it
  places: string[]; // parts of the text, by which it is judged how well a model knows it
  added: string[]; // units that the parent lacks, the last of the new model's
  left: string[]; // characters that were left out
}

/** A text before it has units. */
export interface Source {
  text: Passage;
  look: Look;
  list: string[] | null; // its items, if it is a list
}

/**
 * Return what `wish` makes of a text; raise an error whose message is the key of a phrase if it is
 * too short.
 */
export function makeCorpus(wish: Wish): Corpus {
  const { facts: parent, constants } = wish;
  const source = readSource(wish);
  const added = unitsIn(source.text.text, parent);
  const units = [...(parent?.units ?? []), ...added];
  const kind = parent ?? { unit: "characters" as const, unknown: null, merges: [] };
  const vocabulary = new UNITS[kind.unit]({ ...kind, units } as Facts);
  const idsOf = (part: string) => {
    const own = vocabulary.split(part);
    const ids = new Int32Array(own.length);
    own.forEach((unit, n) => {
      ids[n] = vocabulary.id(unit);
    });
    return ids;
  };
  const parts = source.list
    ? itemParts(source.list, wish, idsOf)
    : textParts(source.text, constants.corpus, idsOf);
  checkLength(source, parts, constants.corpus);
  const { facts, lookback } = newFacts(wish, source, units, parts);
  return {
    facts,
    lookback,
    training: parts.training,
    validation: parts.validation,
    text: `${sizeOf(parts.training)}:${1 + textsIn(facts.record.history)}`,
    places: source.look.places,
    added,
    left: leftOut(wish.text),
  };
}

/** Return how many texts a history has. */
function textsIn(history: Epoch[]) {
  return new Set(history.map(({ text }) => text)).size;
}

/** Return a text prepared, as a list if it is to be one, and what it looks like. */
function readSource({ text, items, facts, constants }: Wish): Source {
  const { plain } = readText(text, facts, constants);
  const list = items && splitItems(plain, items, constants.blank);
  const end = items && ENDS[items];
  const whole = new Passage(list ? list.map((item) => item + end).join("") : plain);
  return { text: whole, list, look: lookOf(whole, constants.corpus) };
}

/** Raise an error if there is too little to learn from. */
function checkLength({ text, list }: Source, { training, validation }: Parts, { few }: Numbers) {
  if (list && new Set(list).size < few) throw new Error("intake.few-lines");
  if (Math.min(sizeOf(training), list ? Infinity : sizeOf(validation)) <= SHORTEST) {
    throw new Error("intake.short");
  }
  if (/^(.)\1*$/su.test(text.text)) throw new Error("intake.one-letter");
}

/** Return the ids of a text to train on, and those of its end to hold out. */
function textParts(text: Passage, numbers: Numbers, idsOf: (part: string) => Int32Array): Parts {
  const kept = keptOf(text, numbers);
  return { training: idsOf(text.part(0, kept)), validation: idsOf(text.part(kept)) };
}

/** Return the ids of the items to train on and of those held out, and what is known of all. */
function itemParts(
  list: string[],
  { items, constants }: Wish,
  idsOf: (part: string) => Int32Array,
): Parts {
  const ids = list.map((item) => idsOf(item + ENDS[items ?? "line"]));
  const fingerprints = list.map(fingerprinter(constants));
  const { own, held } = holdOut(fingerprints, constants.corpus);
  return {
    training: own.map((n) => ids[n]),
    validation: held.map((n) => ids[n]),
    sizes: ids.map((each) => each.length),
    fingerprints,
  };
}

/**
 * Return the numbers of the items to train on and of those to hold out: a random part, which
 * follows from their fingerprints alone, so it is the same in any order.
 *
 * All copies of an item are in one part, and frequent ones aren't held out.
 */
export function holdOut(fingerprints: number[], { heldOut, mostCopies }: Numbers) {
  const places = new Map(fingerprints.map((each, n) => [each, n]));
  const copies = countsOf(fingerprints);
  const most = Math.max(mostCopies, Math.min(...new Set(copies.values())));
  const candidates = [...places.keys()].filter((each) => (copies.get(each) ?? 0) <= most);
  const drawn = new Map(candidates.map((each) => [each, randomNumbers(each, each / 2 ** 32)()]));
  candidates.sort((a, b) => (drawn.get(a) ?? 0) - (drawn.get(b) ?? 0));
  const held = new Set(candidates.slice(0, Math.max(1, evenly(heldOut * candidates.length))));
  return {
    own: [...fingerprints.keys()].filter((n) => !held.has(fingerprints[n])),
    held: [...held].map((each) => places.get(each) ?? 0),
  };
}

/**
 * Return how many characters of `text` are to be trained on, as `kept` of corpus.hy: what is held
 * out begins with a line or, if none begins just before that place, with a word.
 */
export function keptOf(text: Passage, { heldOut, mostMore }: Numbers) {
  const held = evenly(heldOut * text.length);
  const end = text.length - held;
  const more = Math.min(mostMore, Math.floor(held / 10), Math.floor(end / 10));
  const before = Array.from(text.part(end - more, end + 2));
  const line = before.slice(0, more).lastIndexOf("\n") + 1;
  const word = before.findLastIndex(
    (character, n) => character === " " && before[n - 1]?.trim() && before[n + 1]?.trim(),
  );
  return end - more + (line || Math.max(word, 0) || more);
}
