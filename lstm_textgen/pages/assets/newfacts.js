/** What a new model keeps of its text, as `source.hy`, `start.hy` and `playground.hy` have it. */

import { fingerprinter, readFingerprints, writeFingerprints } from "./fingerprint.js";
import { ENDS, factsOfItems } from "./items.js";
import { lexiconOf } from "./lexicon.js";
import { kindOfBreak, speakersIn } from "./looks.js";
import { joinedNames, namesIn } from "./names.js";
import { shapesOf, weightsIn } from "./shapes.js";

/**
 * @typedef {import("./model.js").Facts} Facts
 * @typedef {import("./corpus.js").Wish} Wish
 * @typedef {import("./corpus.js").Source} Source
 * @typedef {import("./looks.js").Numbers} Numbers
 *
 * @typedef {object} Parts of a text, in ids
 * @property {Int32Array | Int32Array[]} training @property {Int32Array | Int32Array[]} validation
 * @property {number[]} [sizes] of the items, in units, with their ends
 */

/** The least lookback. */
export const SHORTEST = 8;

/**
 * Return the facts of the new model, and the length of windows that suits its text.
 * @param {Wish} wish @param {Source} source @param {string[]} units @param {Parts} parts
 * @returns {{facts: Facts, lookback: number}}
 */
export function newFacts(wish, source, units, parts) {
  const { facts: parent, items, name, constants } = wish;
  const numbers = constants.corpus;
  const about = source.list && factsOfItems(source.list, parts.sizes ?? [], wish);
  const base = parent ?? fromNothing(wish, units);
  const kept = { ...keptOfText(wish, source, units, parts), ...about?.kept };
  const lookback = lookbackFor(wish, parts, about);
  return {
    lookback,
    facts: {
      ...base,
      name,
      units,
      bits: weightsIn(shapesOf({ ...base, units })) <= numbers.mostHalved ? base.bits : 8,
      code: source.look.code,
      ...startOf(units, wish, kept.beginning),
      end: items ? ENDS[items] : "",
      lines: about?.kept.item_lines ?? 0,
      ...breakRules(units, about?.kept.item_ends, kept.unbroken, numbers),
      longestRun: Math.max(numbers.shortRun, 2 * kept.longest_run),
      remembers: !(items || kept.people),
      names: items ? "" : namesFor(wish, source.text.text),
      lexicon: lexiconFor(wish, source.text.text),
      mostUnits: Math.min(
        numbers.longest,
        numbers.longer * (about?.kept.long_item || numbers.longest),
      ),
      known: source.list ? knownItems(wish, source.list) : "",
      cells: [],
      training: null,
      made: new Date().toISOString().slice(0, 10),
      record: recordOf(wish, { ...kept, embedding: base.embedding }, base, lookback),
    },
  };
}

/**
 * Return what a model from nothing is, whatever its text says.
 * @param {Wish} wish @param {string[]} units
 */
function fromNothing({ layers = [], constants }, units) {
  const { least, own, share, most } = constants.corpus.embedding;
  const wide = Math.max(own, Math.floor(share * units.length));
  return {
    unit: /** @type {const} */ ("characters"),
    measure: "characters",
    unknown: null,
    pattern: null,
    merges: [],
    lower: false,
    layers,
    embedding: Math.max(least, Math.min(units.length, wide, most)),
    bits: 16,
  };
}

/**
 * Return the ids that are read before any text, and what a text without a seed begins with.
 * @param {string[]} units @param {Wish} wish @param {string} beginning
 */
function startOf(units, { items }, beginning) {
  const newline = units.indexOf("\n");
  if (newline < 0) {
    return { start: [units.indexOf(beginning)], opening: beginning };
  }
  return { start: Array(ENDS[items ?? "paragraph"].length).fill(newline), opening: "" };
}

/**
 * Return the rules of where lines don't end, as `Facts` has them: `break-rules` of breaks.hy.
 * @param {string[]} units @param {string | null | undefined} itemEnds
 * @param {string | null} unbroken @param {Numbers} numbers
 */
export function breakRules(units, itemEnds, unbroken, { commas }) {
  const kinds = unbroken?.split(" ") ?? [];
  if (!units.includes("\n") || !(kinds.length || itemEnds)) {
    return { after: "", small: [] };
  }
  /** @param {string} unit */
  const stateAfter = (unit) => {
    const last = Array.from(unit).at(-1) ?? "";
    const kind = kindOfBreak(last, commas);
    if ((kind && kinds.includes(kind)) || (itemEnds && !itemEnds.includes(last))) {
      return 1;
    }
    return kind && kinds.includes("sentences") ? 2 : 0;
  };
  return {
    after: units.map((unit) => (unit === "\n" ? 0 : stateAfter(unit))).join(""),
    small: units.flatMap((unit, id) => (/^\s*\p{Lowercase}/u.test(unit) ? [id] : [])),
  };
}

/**
 * Return the names to which the new model keeps; none in a list, as items may well have new ones.
 * @param {Wish} wish @param {string} text
 */
function namesFor({ facts: parent, goesOn, constants }, text) {
  const names = text.length > constants.corpus.longestNamed ? "" : namesIn(text, constants.corpus);
  return goesOn ? joinedNames(parent?.names ?? "", names, constants.corpus) : names;
}

/**
 * Return the lexicon of the new model; none if an earlier text invented words.
 * @param {Wish} wish @param {string} text
 */
function lexiconFor({ facts: parent, goesOn, constants }, text) {
  const known = parent?.lexicon ?? "";
  return goesOn && !known ? "" : lexiconOf(text, known, constants.lexicon);
}

/**
 * Return the fingerprints of a list and, if the model goes on, of its earlier ones; none if there
 * are too many for a page, or were.
 * @param {Wish} wish @param {string[]} list
 */
function knownItems({ facts: parent, goesOn, constants }, list) {
  const earlier = goesOn ? readFingerprints(parent?.known ?? "", constants) : [];
  const fingerprints = new Set([...earlier, ...list.map(fingerprinter(constants))]);
  const known = !(goesOn && !parent?.known) && fingerprints.size <= constants.corpus.mostHeld;
  return known ? writeFingerprints([...fingerprints], constants) : "";
}

// * The record, in the words of the program

/**
 * Return the facts about a text, whether or not it is a list, in the words of facts.hy.
 * @param {Wish} wish @param {Source} source @param {string[]} units @param {Parts} parts
 */
function keptOfText({ facts: parent, goesOn, items, constants }, { text, look }, units, parts) {
  const earlier = goesOn ? parent?.record?.facts : undefined;
  const kinds = look.unbroken.split(" ");
  const common = kinds.filter((kind) => !earlier || earlier.unbroken?.split(" ").includes(kind));
  const chat = look.kind === "chat" && !items;
  return {
    beginning: earlier?.beginning ?? (items ? "\n" : units[Number(parts.training[0])]),
    people: chat ? peopleIn(text.text, constants.corpus) : (earlier?.people ?? null),
    longest_run: Math.max(look.run, earlier?.longest_run ?? 0),
    unbroken: items === "line" ? null : common.join(" ") || null,
  };
}

/**
 * Return those who speak in a chat, the most frequent first.
 * @param {string} text @param {Numbers} numbers
 */
function peopleIn(text, { mostPeople }) {
  return [...speakersIn(text.split("\n"))]
    .filter(([, times]) => times > 1)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostPeople)
    .map(([name]) => name);
}

/**
 * Return how long windows are: as the parent's, but most items fit, and so does a short text.
 * @param {Wish} wish @param {Parts} parts @param {ReturnType<typeof factsOfItems> | null} about
 */
function lookbackFor({ facts: parent, constants }, { training, validation }, about) {
  const brief = about?.brief && !parent ? constants.corpus.briefLookback : undefined;
  const usual = parent?.record?.settings.lookback ?? constants.settings.lookback;
  const wanted = (parent && about?.covering) || brief || usual;
  const shortest = Math.min(sizeOf(training), sizeOf(validation));
  return Math.min(wanted, Math.max(SHORTEST, shortest - 1));
}

/**
 * Return the number of units in a part of a text.
 * @param {Int32Array | Int32Array[]} part
 */
export function sizeOf(part) {
  return part instanceof Int32Array
    ? part.length
    : part.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Return the record of a new model: the settings and facts that a model file has.
 * @param {Wish} wish @param {object} kept facts about its text
 * @param {Pick<Facts, "unit" | "layers"> & {record?: any}} base @param {number} lookback
 */
function recordOf({ facts: parent, goesOn, items, constants }, kept, base, lookback) {
  const { settings, facts } = base.record ?? { settings: constants.settings, facts: {} };
  // Fine-tuning takes these of a base's settings only, as `base-settings` does.
  const { lower, max_words } = settings;
  return {
    settings: {
      ...(goesOn ? settings : { ...constants.settings, lower, max_words }),
      unit: base.unit,
      layers: parent ? settings.layers : base.layers.map((layer) => layer.join(":")).join(","),
      items,
      lookback,
      stride: lookback,
    },
    facts: {
      ...(goesOn ? facts : { base: parent ? `${parent.name}:page` : null }),
      title: null, // its base's was of another text
      ...kept,
    },
    history: goesOn ? base.record.history : [],
  };
}
