/**
 * The weights with which training begins, as in `network.hy` and `bases.hy`: new ones, or those of
 * a parent, for which new units and the text's own frequencies have been taken into account.
 */

import { matricesOf, named, networkShape, type Shape, weightsIn } from "../network/shapes.ts";
import { withPlainQuotes } from "../text/word-ends.ts";
import type { Constants, Facts, Learning } from "../types.ts";
import { joined, sideBySide } from "./batches.ts";
import type { Team } from "./team.ts";

// * A new network

/** Return random weights, flat, distributed as Keras' initializers do it. */
export function newWeights(shape: Shape, random: () => number) {
  const flat = new Float32Array(weightsIn(shape));
  const { embedding, layers, dense } = named(matricesOf(flat, shape));
  fill(embedding, () => normal(random));
  for (const { kernel, recurrent, bias } of layers) {
    glorot(kernel, random);
    orthogonal(recurrent, random);
    bias[0].fill(1, bias[0].length / 4, bias[0].length / 2); // it forgets little at first
  }
  glorot(dense, random);
  return flat;
}

function fill(rows: Float32Array[], value: () => number) {
  for (const row of rows) {
    for (let n = 0; n < row.length; n++) {
      row[n] = value();
    }
  }
}

/** Fill a matrix uniformly, up to a limit of Glorot and Bengio 2010. */
function glorot(rows: Float32Array[], random: () => number) {
  const limit = Math.sqrt(6 / (rows.length + rows[0].length));
  fill(rows, () => limit * (2 * random() - 1));
}

/**
 * Fill a matrix with rows of length 1 that are orthogonal to each other: Gram and Schmidt's.
 * @param rows no longer than their number
 */
function orthogonal(rows: Float32Array[], random: () => number) {
  fill(rows, () => normal(random));
  rows.forEach((row, n) => {
    for (const other of rows.slice(0, n)) {
      const part = product(row, other);
      for (let k = 0; k < row.length; k++) {
        row[k] -= part * other[k];
      }
    }
    const length = Math.sqrt(product(row, row));
    for (let k = 0; k < row.length; k++) {
      row[k] /= length;
    }
  });
}

/** Return a random number that is about normal, of mean 0 and variance 1: a sum of uniform ones. */
function normal(random: () => number) {
  let sum = -6;
  for (let n = 0; n < 12; n++) {
    sum += random();
  }
  return sum;
}

function product(a: Float32Array, b: Float32Array) {
  let sum = 0;
  for (let n = 0; n < a.length; n++) {
    sum += a[n] * b[n];
  }
  return sum;
}

// * A parent's network

/**
 * Return a parent's weights with those of new units, the last of `facts`, as `grown-weights`: a new
 * unit begins with those of the one that it resembles, or else is as likely as in the text.
 * @param ids the text to train on
 */
export function grown(
  flat: Float32Array,
  parent: Facts,
  facts: Facts,
  ids: Int32Array,
  quotes: Constants["quotes"],
) {
  const known = parent.units.length;
  const counts = unitCounts(ids, facts.units.length);
  const weights = new Float32Array(weightsIn(networkShape(facts)));
  const old = matricesOf(flat, networkShape(parent));
  const now = matricesOf(weights, networkShape(facts));
  old.forEach((rows, n) => {
    rows.forEach((row, k) => {
      now[n][k].set(row);
    });
  });
  const idOf = new Map(parent.units.map((unit, id) => [unit, id]));
  const {
    embedding,
    dense,
    bias: [bias],
  } = named(now);
  const odds = bias.subarray(0, known).reduce((sum, each) => sum + Math.exp(each), 0);
  const read = counts.subarray(0, known).reduce((sum, count) => sum + count + 0.5, 0);
  for (let id = known; id < facts.units.length; id++) {
    const kin = relativeOf(facts.units[id], idOf, quotes);
    if (kin === undefined) {
      embedding[id].set(meanOf(old[0]));
      // Half a count more than seen (Jeffreys): the unit may be in the part held out only.
      bias[id] = Math.log(odds) + Math.log((counts[id] + 0.5) / read);
    } else {
      embedding[id].set(embedding[kin]);
      bias[id] = bias[kin];
      for (const row of dense) {
        row[id] = row[kin];
      }
    }
  }
  return weights;
}

/**
 * Return how often each unit occurs.
 * @param size of the vocabulary
 */
function unitCounts(ids: Int32Array, size: number) {
  const counts = new Float64Array(size);
  for (const id of ids) {
    counts[id]++;
  }
  return counts;
}

function meanOf(rows: Float32Array[]) {
  return rows[0].map((_, n) => rows.reduce((sum, row) => sum + row[n], 0) / rows.length);
}

/**
 * Return the id of `unit` without accents, with plain quotes, or in the other case, if there is
 * one.
 */
export function relativeOf(unit: string, ids: Map<string, number>, quotes: Constants["quotes"]) {
  const plain = withPlainQuotes(unit.normalize("NFKD").replace(/\p{M}/gu, ""), quotes);
  const [lower, upper] = [plain.toLowerCase(), plain.toUpperCase()];
  const swapped = plain === lower ? upper : lower;
  return [plain, lower, swapped, Array.from(plain)[0]]
    .map((form) => ids.get(form))
    .find((id) => id !== undefined);
}

/**
 * Return the parts of a text by whose units a parent's probabilities are judged: places all over
 * it, each after the `start`.
 */
export function placesIn(ids: Int32Array, start: number[], { places, units }: Learning["tuning"]) {
  const count = Math.max(1, Math.min(places, Math.floor(ids.length / units)));
  return Array.from({ length: count }, (_, n) => {
    const begin = n * Math.floor(ids.length / count);
    const own = ids.subarray(begin, begin + units + 1 - start.length);
    const whole = new Int32Array(start.length + own.length);
    whole.set(start);
    whole.set(own, start.length);
    return { ids: whole, read: start.length };
  });
}

/**
 * Fit the output bias of a team's network so that it expects some units as often as a text has
 * them, as `fitted-bias`: signs and digits, units with characters that the text lacks, and new
 * ones.
 *
 * Return how many units were read, and the bits per character that they had.
 * @param text and the number of units that the parent knows
 */
export async function fit(
  team: Team,
  { units, start }: Facts,
  {
    ids,
    known,
    form,
  }: { ids: Int32Array; known: number; form: { rows: number; lookback: number } },
  numbers: Learning["tuning"],
) {
  const places = placesIn(ids, start, numbers);
  const expected = new Float64Array(units.length);
  let nats = 0;
  for (const batch of sideBySide(places, form)) {
    const losses = await team.losses({ ...batch, expected });
    nats += losses.reduce((sum, loss) => sum + loss, 0);
  }
  const read = joined(places.map((place) => place.ids.subarray(place.read)));
  const counts = unitCounts(read, units.length);
  const own = new Set(Array.from(new Set(ids), (id) => units[id]).join(""));
  const bias = team.weights.subarray(-units.length);
  units.forEach((unit, id) => {
    const usual = /\p{L}/u.test(unit) && Array.from(unit).every((each) => own.has(each));
    if (id >= known || !usual) {
      bias[id] += Math.log((counts[id] + 0.5) / (expected[id] + 0.5));
    }
  });
  await team.refresh();
  const bits = nats / Math.LN2 / read.length / lengthOfUnits(read, units);
  return { read: read.length, bits };
}

/** Return the mean number of characters per unit of `ids`, at least a little. */
export function lengthOfUnits(ids: Int32Array, units: string[]) {
  const lengths = units.map((unit) => Array.from(unit).length);
  return ids.reduce((sum, id) => sum + lengths[id], 0) / Math.max(1, ids.length);
}
