/**
 * How a network is trained: its size, its dropout, how often it reads the text and how fast it
 * learns, by the rules of `sizing.hy` and `schedule.hy`, whose numbers the page has.
 */

import { evenly } from "../text/items.ts";
import type { Constants, Facts, Learning, Size, Sizing, Table } from "../types.ts";

/** Of a run of training. */
export interface Plan {
  layers: [string, number][];
  rows: number; // of a batch
  lookback: number;
  epochs: number;
  tuned: boolean; // whether it fine-tunes a model
  rate: number; // the peak of the learning rate
  before: number; // dropout before the first layer
  dropout: number; // after each
  seconds: number; // after which it ends anyway
}

/** What a plan is for. */
export interface Sought {
  units: number; // to train on
  lookback: number;
  parent: Facts | null; // the model to fine-tune; null: a new one
  familiar: boolean; // whether it predicts the text well
  /**
   * of a parent: the units that it learns from in a second; of a new model: how many times as fast
   * as that of the table this machine is
   */
  speed: number;
  large?: boolean; // whether a new model may be larger than one that begins from nothing
}

/** Return the plan of a run. */
export function planFor(sought: Sought, constants: Constants): Plan {
  const { units, lookback, parent, familiar, speed, large } = sought;
  const { learning: numbers, settings } = constants;
  const { rate, rules, seconds, new: table } = numbers;
  if (parent) {
    const byClock = (speed * seconds.most) / units;
    const tuning = chooseTuning({ units, familiar, rule: rules[parent.unit], byClock }, numbers);
    const { layers } = parent;
    return {
      ...tuning,
      layers,
      lookback,
      rate: settings.learning_rate * tuning.rate,
      tuned: true,
      seconds: seconds.most,
    };
  }
  const sizes = table.sizes.filter((size) => large || size.units <= table.small);
  const epochs = mostEpochs(units, table);
  const size = chooseSize({ units, epochs, seconds: seconds.new * speed, sizes }, numbers);
  const rows = batchRows(units, numbers.rows);
  const steps = Math.max(1, Math.floor(units / (rows * lookback))) * epochs;
  return {
    layers: [["lstm", size.units]],
    rows,
    lookback,
    epochs,
    tuned: false,
    rate:
      settings.learning_rate * (rows < rate.steadyRows ? 1 : rateFactor(steps, size.units, rate)),
    before: 0,
    dropout: size.dropout,
    seconds: seconds.most,
  };
}

// * How large and how often

/**
 * Return how to fine-tune a model, as `choose-tuning`: its rate is relative to a new model's.
 * @param text with the epochs that there is time for
 */
export function chooseTuning(
  {
    units,
    familiar,
    rule,
    byClock,
  }: { units: number; familiar: boolean; rule: Sizing; byClock: number },
  { tuning, rows: range }: Learning,
) {
  const rows = batchRows(units, range);
  if (!familiar) {
    const epochs = usualEpochs(units, rule);
    const dropout = Math.min(tuning.much, tenths(tuning.again * Math.min(byClock, epochs)));
    return { epochs, rows, dropout, before: 0, rate: 1 };
  }
  const epochs = Math.max(tuning.fewestEpochs, evenly(tuning.enough / units));
  const read = Math.min(tuning.mostEpochs, epochs);
  return {
    epochs: read,
    rows: Math.min(range.most, tuning.moreRows * rows),
    dropout: tuning.little,
    before: Math.min(byClock, read) >= tuning.often ? tuning.little : 0,
    rate: tuning.gentle,
  };
}

/**
 * Return the hidden units of a new model and its dropout, as `choose-layers`: it is the largest of
 * the `sizes` that reads enough in these `seconds` on the machine of the table.
 */
export function chooseSize(
  {
    units,
    epochs,
    seconds,
    sizes,
  }: { units: number; epochs: number; seconds: number; sizes?: Size[] },
  { new: table, rows }: Learning,
) {
  const { byRows, enoughReadings, enoughOfMore } = table;
  const time = seconds * (batchRows(units, rows) / rows.most) ** byRows;
  const all = units * mostEpochs(units, table);
  const worth = Math.min(enoughReadings * units, enoughOfMore);
  const choice = sizes ?? table.sizes;
  const size =
    choice.find(
      (each) =>
        units >= each.from && each.speed * time >= Math.min(all, Math.max(each.enough, worth)),
    ) ?? choice[choice.length - 1];
  const passes = Math.min((size.speed * time) / units, epochs);
  const dropout = size.dropout * Math.max(0, passes - 1) * Math.min(1, table.droppedMore / units);
  return { units: size.units, dropout: Math.min(size.mostDropout, tenths(dropout)) };
}

/**
 * Return the rows of a batch, as `default-batch-size`.
 * @param units to train on
 */
export function batchRows(units: number, { least, most }: { least: number; most: number }) {
  const rows = 2 ** evenly(Math.log2(Math.sqrt(units / 1000)));
  return Math.max(least, Math.min(most, rows));
}

/**
 * Return the epochs of a run, as `default-epochs`.
 * @param units to train on
 */
function usualEpochs(units: number, { read, fewestEpochs, mostEpochs: most, long }: Sizing) {
  return Math.min(units < long[0] ? most : long[1], Math.max(fewestEpochs, evenly(read / units)));
}

/**
 * Return the epochs of a new model's run, as `most-epochs`.
 * @param units to train on
 */
function mostEpochs(units: number, { mostRead, enoughEpochs, mostEpochs: most }: Table) {
  return Math.min(most, Math.max(enoughEpochs, evenly(mostRead / units)));
}

/** Return a number from 0 to 1 rounded to tenths; of two that are as near, the even one. */
function tenths(x: number) {
  return (4 * x) % 2 === 1 ? evenly(10 * x) / 10 : Number(x.toFixed(1));
}

// * How fast

/**
 * Return the factor of the learning rate of a run with a number of `steps`, as `rate-factor`.
 * @param units hidden
 */
export function rateFactor(
  steps: number,
  units: number,
  { enoughSteps, maxFactor }: Learning["rate"],
) {
  return Math.min(maxFactor, Math.max(1, enoughSteps / units / steps));
}

/**
 * Return the learning rate of the step after `updates` others, at a share `done` of the run, as
 * `learning-rate`: it stays at its peak in fine-tuning.
 */
export function rateAt(
  { rate: peak, tuned }: Plan,
  updates: number,
  done: number,
  { warmUp, mostWarmUp, final }: Learning["rate"],
) {
  const warm = Math.min(1, Math.max((updates + 1) / warmUp, done / mostWarmUp));
  const falling = final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * done));
  return peak * warm * (tuned ? 1 : falling);
}

// * The average of the weights

/**
 * Return by what part of the way the average of the weights moves toward them, as a step takes a
 * run from the share `before` to `done`: see `Average` of schedule.hy.
 */
export function partOfAverage(
  before: number,
  done: number,
  { updates, span }: Learning["average"],
) {
  const steps = Math.floor(updates * done) - Math.floor(updates * before);
  return Math.min(1, steps / updates / span);
}
