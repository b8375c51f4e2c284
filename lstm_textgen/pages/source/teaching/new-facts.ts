/** What a new model keeps of its text, as `source.hy`, `start.hy` and `playground.hy` have it. */

import { networkShape, weightsIn } from "../network/shapes.ts";
import { readFingerprints, writeFingerprints } from "../text/fingerprint.ts";
import { ENDS, factsOfItems } from "../text/items.ts";
import { lexiconOf } from "../text/lexicon.ts";
import { kindOfBreak, type Numbers, type Passage, speakersIn } from "../text/looks.ts";
import { joinedNames, namesIn } from "../text/names.ts";
import type { Facts, ModelRecord } from "../types.ts";
import type { Source, Wish } from "./corpus.ts";

/** Of a text, in ids. */
export interface Parts {
  training: Int32Array | Int32Array[];
  validation: Int32Array | Int32Array[];
  sizes?: number[]; // of the items of a list, in units, with their ends
  fingerprints?: number[]; // of these
}

/** The least lookback. */
export const SHORTEST = 8;

/** Return the facts of the new model, and the length of windows that suits its text. */
export function newFacts(
  wish: Wish,
  source: Source,
  units: string[],
  parts: Parts,
): { facts: Facts; lookback: number } {
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
      bits: weightsIn(networkShape({ ...base, units })) <= numbers.mostHalved ? base.bits : 8,
      code: source.look.code,
      ...startOf(units, wish, kept.beginning),
      end: items ? ENDS[items] : "",
      lines: about?.kept.item_lines ?? 0,
      ...breakRules(units, about?.kept.item_ends, kept.unbroken, numbers),
      longestRun: Math.max(numbers.shortRun, 2 * kept.longest_run),
      remembers: !(items || kept.people),
      names: items ? "" : namesFor(wish, source.text),
      lexicon: lexiconFor(wish, source.text),
      mostUnits: Math.min(
        numbers.longest,
        numbers.longer * (about?.kept.long_item || numbers.longest),
      ),
      known: parts.fingerprints ? knownItems(wish, parts.fingerprints) : "",
      cells: [],
      training: null,
      made: new Date().toISOString().slice(0, 10),
      record: recordOf(wish, { ...kept, embedding: base.embedding }, base, lookback),
    },
  };
}

/** Return what a model from nothing is, whatever its text says. */
function fromNothing({ layers = [], constants }: Wish, units: string[]) {
  const { least, own, share, most } = constants.corpus.embedding;
  const wide = Math.max(own, Math.floor(share * units.length));
  return {
    unit: "characters" as const,
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

/** Return the ids that are read before any text, and what a text without a seed begins with. */
function startOf(units: string[], { items }: Wish, beginning: string) {
  const newline = units.indexOf("\n");
  if (newline < 0) return { start: [units.indexOf(beginning)], opening: beginning };
  return { start: Array(ENDS[items ?? "paragraph"].length).fill(newline), opening: "" };
}

/** Return the rules of where lines don't end, as `Facts` has them: `break-rules` of breaks.hy. */
export function breakRules(
  units: string[],
  itemEnds: string | null | undefined,
  unbroken: string | null,
  { commas }: Numbers,
) {
  const kinds = unbroken?.split(" ") ?? [];
  if (!units.includes("\n") || !(kinds.length || itemEnds)) return { after: "", small: [] };
  const stateAfter = (unit: string) => {
    const last = Array.from(unit).at(-1) ?? "";
    const kind = kindOfBreak(last, commas);
    if ((kind && kinds.includes(kind)) || (itemEnds && !itemEnds.includes(last))) return 1;
    return kind && kinds.includes("sentences") ? 2 : 0;
  };
  return {
    after: units.map((unit) => (unit === "\n" ? 0 : stateAfter(unit))).join(""),
    small: units.flatMap((unit, id) => (/^\s*\p{Lowercase}/u.test(unit) ? [id] : [])),
  };
}

/**
 * Return the names to which the new model keeps; none in a list, as items may well have new ones.
 */
function namesFor({ facts: parent, goesOn, constants }: Wish, text: Passage) {
  const names = namesIn(text, constants.names);
  return goesOn ? joinedNames(parent?.names ?? "", names, constants.names) : names;
}

/** Return the lexicon of the new model; none if an earlier text invented words. */
function lexiconFor({ facts: parent, goesOn, constants }: Wish, text: Passage) {
  const known = parent?.lexicon ?? "";
  return goesOn && !known ? "" : lexiconOf(text, known, constants.lexicon);
}

/**
 * Return the fingerprints of a list and, if the model goes on, of its earlier ones; none if there
 * are too many for a page, or were.
 */
function knownItems({ facts: parent, goesOn, constants }: Wish, own: number[]) {
  const earlier = goesOn ? readFingerprints(parent?.known ?? "", constants) : [];
  const all = new Set([...earlier, ...own]);
  const known = !(goesOn && !parent?.known) && all.size <= constants.corpus.mostHeld;
  return known ? writeFingerprints([...all], constants) : "";
}

// * The record, in the words of the program

/** Return the facts about a text, whether or not it is a list, in the words of facts.hy. */
function keptOfText(
  { facts: parent, goesOn, items, constants }: Wish,
  { text, look }: Source,
  units: string[],
  parts: Parts,
) {
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

/** Return those who speak in a chat, the most frequent first. */
function peopleIn(text: string, { mostPeople }: Numbers) {
  return [...speakersIn(text.split("\n"))]
    .filter(([, times]) => times > 1)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostPeople)
    .map(([name]) => name);
}

/** Return how long windows are: as the parent's, but most items fit, and so does a short text. */
function lookbackFor(
  { facts: parent, constants }: Wish,
  { training, validation }: Parts,
  about: ReturnType<typeof factsOfItems> | null,
) {
  const brief = about?.brief && !parent ? constants.corpus.briefLookback : undefined;
  const usual = parent?.record?.settings.lookback ?? constants.settings.lookback;
  const wanted = (parent && about?.covering) || brief || usual;
  const shortest = Math.min(sizeOf(training), sizeOf(validation));
  return Math.min(wanted, Math.max(SHORTEST, shortest - 1));
}

/** Return the number of units in a part of a text. */
export function sizeOf(part: Int32Array | Int32Array[]) {
  return part instanceof Int32Array
    ? part.length
    : part.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Return the record of a new model: the settings and facts that a model file has.
 * @param kept facts about its text
 */
function recordOf(
  { facts: parent, goesOn, items, constants }: Wish,
  kept: object,
  base: Pick<Facts, "unit" | "layers"> & { record?: ModelRecord },
  lookback: number,
) {
  const nothing = { settings: constants.settings, facts: {}, history: [] };
  const { settings, facts, history } = base.record ?? nothing;
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
    history: goesOn ? history : [],
  };
}
