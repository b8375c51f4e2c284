/** Whether a model that comes from elsewhere is whole, so that no page takes harm from it. */

import { packedSize, rowsIn } from "../network/packing.ts";
import type { Facts } from "../types.ts";
import { CONSTANTS } from "../ui/document.ts";
import type { Kept } from "./page-file.ts";

/** A test of a value from JSON. */
type Test = (value: unknown) => boolean;

/** Hidden units of a layer, and dimensions of an embedding. */
const WIDEST = 65536;

/** Characters of a text that isn't bounded otherwise; units between two steps; epochs. */
const MOST_TEXT = 100_000;
const WIDEST_LOOKBACK = 2 ** 16;
const MOST_EPOCHS = 100_000;

const isNumber: Test = Number.isFinite;

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= MOST_TEXT;

const isBytes = (value: unknown): value is string => typeof value === "string";

const isFlag: Test = (value) => typeof value === "boolean";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const wholeFrom: (least: number, most: number) => Test = (least, most) => (value) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

const oneOf: (...values: unknown[]) => Test =
  (...values) =>
  (value) =>
    values.includes(value);

const orNull: (test: Test) => Test = (test) => (value) => value === null || test(value);

const listOf: (test: Test, most?: number) => Test =
  (test, most = Infinity) =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(test);

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

/** The facts on which the tests of the others depend. */
type TestedFirst = "unit" | "units" | "layers";

/** Return the tests of the facts of a model with these units, layers and kind of unit. */
function testsOf({ unit, units, layers }: Facts): Record<keyof Omit<Facts, TestedFirst>, Test> {
  const id = wholeFrom(0, units.length - 1);
  const known = new Set(units);
  return {
    name: isText,
    measure: oneOf("characters", "words"),
    unknown: orNull(id),
    pattern: oneOf(CONSTANTS.patterns[unit]),
    merges: (value) =>
      listOf(rowOf(id, id))(value) &&
      (value as Facts["merges"]).every(([one, other]) => known.has(units[one] + units[other])),
    lower: isFlag,
    code: isFlag,
    embedding: wholeFrom(1, WIDEST),
    bits: oneOf(8, 16),
    start: listOf(id),
    opening: isText,
    end: oneOf("", "\n", "\n\n"),
    lines: wholeFrom(0, Number.MAX_SAFE_INTEGER),
    after: (value) =>
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
      history: listOf(hasAll(RECORDED), MOST_EPOCHS),
    }),
  };
}

/** Return whether a model has the facts and the weights of one. */
export function isValid({ facts, weights }: Kept) {
  const first: Record<TestedFirst, Test> = {
    unit: (value) => isText(value) && Object.hasOwn(CONSTANTS.patterns, value),
    units: listOf((unit) => isText(unit) && unit !== ""),
    layers: listOf(rowOf(oneOf("lstm"), wholeFrom(1, WIDEST))),
  };
  return (
    hasAll(first)(facts) &&
    facts.units.length > 0 &&
    new Set(facts.units).size === facts.units.length &&
    facts.layers.length > 0 &&
    hasAll(testsOf(facts))(facts) &&
    weights instanceof Uint8Array &&
    areFinite(weights, facts)
  );
}

/** Return whether `weights` has the bytes of a network, and no number that isn't finite. */
function areFinite(weights: Uint8Array, facts: Facts) {
  if (weights.length !== packedSize(facts)) return false;
  for (const row of rowsIn(weights, facts)) {
    if (!row.every(Number.isFinite)) return false;
  }
  return true;
}
