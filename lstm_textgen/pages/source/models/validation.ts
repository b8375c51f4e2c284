/** Whether a model that comes from elsewhere is whole, so that no page takes harm from it. */

import { packedSize, rowsIn } from "../network/packing.ts";
import type { Facts } from "../types.ts";
import { CONSTANTS } from "../ui/document.ts";

/** Of a value from JSON. */
export type Test = (value: any) => boolean;

/** Hidden units of a layer, and dimensions of an embedding. */
const WIDEST = 65536;

/** Characters of a text that isn't bounded otherwise; units between two steps; epochs. */
const MOST_TEXT = 100_000;
const WIDEST_LOOKBACK = 2 ** 16;
const MOST_EPOCHS = 100_000;

const isNumber: Test = Number.isFinite;

const isText: Test = (value) => typeof value === "string" && value.length <= MOST_TEXT;

const isBytes: Test = (value) => typeof value === "string";

const isFlag: Test = (value) => typeof value === "boolean";

const isRecord: Test = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const wholeFrom: (least: number, most: number) => Test = (least, most) => (value) =>
  Number.isInteger(value) && value >= least && value <= most;

const orNull: (test: Test) => Test = (test) => (value) => value === null || test(value);

const listOf: (test: Test) => Test = (test) => (value) => Array.isArray(value) && value.every(test);

const rowOf: (...tests: Test[]) => Test =
  (...tests) =>
  (value) =>
    Array.isArray(value) &&
    value.length === tests.length &&
    tests.every((test, n) => test(value[n]));

const hasAll: (tests: Record<string, Test>) => Test = (tests) => (value) =>
  isRecord(value) && Object.entries(tests).every(([key, test]) => test(value[key]));

const ifAny: (test: Test) => Test = (test) => (value) => value === undefined || test(value);

/** Tests of an `Epoch`. */
const RECORDED = {
  epoch: wholeFrom(0, 2 ** 48),
  text: isText,
  loss: isNumber,
  validation_loss: ifAny(isNumber),
  unit_length: ifAny(isNumber),
  validation_unit_length: ifAny(isNumber),
  learning_rate: isNumber,
  seconds: isNumber,
  machine: isText,
};

/** Return the tests of the facts of a model with these units, layers and kind of unit. */
function testsOf({ unit, units, layers }: any) {
  const id = wholeFrom(0, units.length - 1);
  const known = new Set(units);
  return {
    name: isText,
    measure: (value: any) => ["characters", "words"].includes(value),
    unknown: orNull(id),
    pattern: (value: any) => value === CONSTANTS.patterns[unit],
    merges: listOf((pair) => rowOf(id, id)(pair) && known.has(units[pair[0]] + units[pair[1]])),
    lower: isFlag,
    code: isFlag,
    embedding: wholeFrom(1, WIDEST),
    bits: (value: any) => value === 8 || value === 16,
    start: listOf(id),
    opening: isText,
    end: (value: any) => ["", "\n", "\n\n"].includes(value),
    lines: wholeFrom(0, Number.MAX_SAFE_INTEGER),
    after: (value: any) =>
      isBytes(value) && /^[0-2]*$/.test(value) && [0, units.length].includes(value.length),
    small: listOf(id),
    remembers: isFlag,
    longestRun: wholeFrom(0, Number.MAX_SAFE_INTEGER),
    names: isText,
    lexicon: ifAny(isBytes),
    mostUnits: wholeFrom(1, CONSTANTS.corpus.longest),
    known: isBytes,
    cells: listOf(
      hasAll({
        layer: wholeFrom(0, layers.length - 1),
        cell: wholeFrom(0, WIDEST),
        name: isText,
        correlation: isNumber,
      }),
    ),
    training: ifAny(
      orNull(
        hasAll({
          settings: listOf(rowOf(isText, isText, isText)),
          command: isText,
          calibration: listOf(rowOf(isNumber, isNumber, isNumber)),
        }),
      ),
    ),
    made: isText,
    record: hasAll({
      settings: hasAll({ layers: isText, lookback: wholeFrom(1, WIDEST_LOOKBACK) }),
      facts: hasAll({
        beginning: isText,
        base: ifAny(orNull(isText)),
        title: ifAny(orNull(isText)),
        people: ifAny(orNull(listOf(isText))),
      }),
      history: (value: any) => listOf(hasAll(RECORDED))(value) && value.length <= MOST_EPOCHS,
    }),
  };
}

/** Return whether what should be a model's facts and weights is that. */
export function isSound(model: any) {
  const { facts, weights } = model ?? {};
  const first = hasAll({
    unit: (value) => isText(value) && Object.hasOwn(CONSTANTS.patterns, value),
    units: (value) =>
      listOf((unit) => isText(unit) && unit !== "")(value) && new Set(value).size === value.length,
    layers: listOf(rowOf((kind) => kind === "lstm", wholeFrom(1, WIDEST))),
  });
  return (
    first(facts) &&
    facts.units.length > 0 &&
    facts.layers.length > 0 &&
    hasAll(testsOf(facts))(facts) &&
    weights instanceof Uint8Array &&
    areFinite(weights, facts)
  );
}

/** Return whether `weights` has the bytes of a network, and no number that isn't finite. */
function areFinite(weights: Uint8Array, facts: Facts) {
  if (weights.length !== packedSize(facts)) {
    return false;
  }
  for (const row of rowsIn(weights, facts)) {
    if (!row.every(Number.isFinite)) {
      return false;
    }
  }
  return true;
}
