/**
 * A text → what a model learns, as in `learning/source.hy`: ids, a part of them held out, and the
 * facts of the new model.
 */

import { leftOut, readText, unitsIn } from "./intake.js";
import { ENDS, evenly, holdOut, splitItems } from "./items.js";
import { lookOf, Passage } from "./looks.js";
import { newFacts, SHORTEST, sizeOf } from "./newfacts.js";
import { UNITS } from "./units.js";

/**
 * @typedef {import("./model.js").Facts} Facts
 * @typedef {import("./page.js").Constants} Constants
 * @typedef {import("./looks.js").Numbers} Numbers
 * @typedef {import("./items.js").Items} Items
 *
 * @typedef {object} Wish what a model is to learn
 * @property {string} text
 * @property {Items | null} items what its items are, if it is a list
 * @property {Facts | null} facts of the model that learns it; null: a new one, from nothing
 * @property {boolean} [goesOn] whether the new model also keeps what its parent's texts brought
 * @property {Constants} constants
 * @property {string} name of the new model
 * @property {[string, number][]} [layers] of a model from nothing
 *
 * @typedef {object} Corpus what a model learns
 * @property {Facts} facts of the new model
 * @property {Int32Array | Int32Array[]} training ids; of a list, those of each item with its end
 * @property {Int32Array | Int32Array[]} validation those held out
 * @property {number} charactersHeld
 * @property {string} text what it is called in the history of a model
 * @property {number} lookback the length of windows that suits it
 * @property {string[]} places parts of the text, by which it is judged how well a model knows it
 * @property {string[]} added units that the parent lacks, the last of the new model's
 * @property {string[]} left characters that were left out
 *
 * @typedef {object} Source a text before it has units
 * @property {Passage} text @property {import("./looks.js").Look} look
 * @property {string[] | null} list its items, if it is a list
 */

/** The random seed by which items are held out, the program's own. */
const SEED = 1;

/**
 * Return what `wish` makes of a text; raise an error whose message is the key of a phrase if it is
 * too short.
 * @param {Wish} wish @returns {Corpus}
 */
export function makeCorpus(wish) {
  const { facts: parent, constants } = wish;
  const source = readSource(wish);
  const added = unitsIn(source.text.text, parent);
  const units = [...(parent?.units ?? []), ...added];
  const kind = parent ?? { unit: /** @type {const} */ ("characters"), unknown: null, merges: [] };
  const vocabulary = new UNITS[kind.unit](/** @type {Facts} */ ({ ...kind, units }));
  /** @param {string} part */
  const idsOf = (part) => {
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
    charactersHeld: new Passage(parts.held).length,
    text: `${sizeOf(parts.training)}:${1 + textsIn(facts.record.history)}`,
    places: source.look.places,
    added,
    left: leftOut(wish.text),
  };
}

/**
 * Return how many texts a history has.
 * @param {import("./keep.js").Epoch[]} history
 */
function textsIn(history) {
  return new Set(history.map(({ text }) => text)).size;
}

/**
 * Return a text prepared, as a list if it is to be one, and what it looks like.
 * @param {Wish} wish @returns {Source}
 */
function readSource({ text, items, facts, constants }) {
  const { plain } = readText(text, facts, constants);
  const list = items && splitItems(plain, items, constants.blank);
  const end = items && ENDS[items];
  const whole = new Passage(list ? list.map((item) => item + end).join("") : plain);
  return { text: whole, list, look: lookOf(whole, constants.corpus) };
}

/**
 * Raise an error if there is too little to learn from.
 * @param {Source} source @param {import("./newfacts.js").Parts} parts @param {Numbers} numbers
 */
function checkLength({ text, list }, { training, validation }, { few }) {
  if (list && new Set(list).size < few) {
    throw new Error("intake.few-lines");
  }
  if (Math.min(sizeOf(training), list ? Infinity : sizeOf(validation)) <= SHORTEST) {
    throw new Error("intake.short");
  }
  if (/^(.)\1*$/su.test(text.text)) {
    throw new Error("intake.one-letter");
  }
}

/**
 * Return the ids of a text to train on, those of its end to hold out, and that end.
 * @param {Passage} text @param {Numbers} numbers @param {(part: string) => Int32Array} idsOf
 */
function textParts(text, numbers, idsOf) {
  const kept = keptOf(text, numbers);
  const held = text.part(kept);
  return { training: idsOf(text.part(0, kept)), validation: idsOf(held), held };
}

/**
 * Return the ids of the items to train on and of those held out, in random order, and these.
 * @param {string[]} list @param {Wish} wish @param {(part: string) => Int32Array} idsOf
 */
function itemParts(list, { items, constants }, idsOf) {
  const end = ENDS[items ?? "line"];
  const ids = list.map((item) => idsOf(item + end));
  const { own, held } = holdOut(list, constants.corpus, SEED);
  return {
    training: own.map((n) => ids[n]),
    validation: held.map((n) => ids[n]),
    held: held.map((n) => list[n] + end).join(""),
    sizes: ids.map((each) => each.length),
  };
}

/**
 * Return how many characters of `text` are to be trained on, as `kept` of corpus.hy: what is held
 * out begins with a line or, if none begins just before that place, with a word.
 * @param {Passage} text @param {Numbers} numbers
 */
function keptOf(text, { heldOut, mostMore }) {
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
