/**
 * How a network is trained: its size, its dropout, how often it reads the text and how fast it
 * learns, by the rules of `sizing.hy` and `schedule.hy`, whose numbers the page has.
 */

import { cosine } from "./exactly.js";
import { evenly } from "./items.js";

/**
 * @typedef {object} Learning the numbers of training that assembly.hy writes
 * @property {{beta1: number, beta2: number, epsilon: number, clip: number}} adam
 * @property {{from: number, alpha: number, beta: number}} steadying activation regularization
 * @property {{warmUp: number, mostWarmUp: number, final: number,
 *   enoughSteps: number, maxFactor: number, steadyRows: number}} rate
 * @property {{updates: number, span: number, softer: number}} average
 * @property {{most: number, runIn: number, uncertain: number}} validation
 * @property {{mostEpochs: number, fewestEpochs: number, enough: number, often: number,
 *   gentle: number, little: number, moreRows: number, again: number, much: number,
 *   familiar: number, strange: number, places: number, units: number}} tuning
 * @property {{least: number, most: number}} rows of a batch
 * @property {number} runOfList windows of a list in a row that carry the state over
 * @property {Record<string, Rule>} rules by the unit of a model
 * @property {Table & {small: number}} new of the networks of new models; `small`: the hidden units
 *   of one that begins from nothing, at most
 * @property {{new: number, most: number}} seconds
 *
 * @typedef {{read: number, fewestEpochs: number, mostEpochs: number, long: [number, number]}}
 *   Rule with the most epochs of a long text: from how many units on, how many
 * @typedef {{units: number, speed: number, dropout: number, mostDropout: number, enough: number,
 *   from: number}} Size
 * @typedef {{sizes: Size[], mostRead: number, enoughEpochs: number, mostEpochs: number,
 *   enoughReadings: number, enoughOfMore: number, byRows: number, droppedMore: number}} Table
 *
 * @typedef {object} Plan of a run of training
 * @property {[string, number][]} layers
 * @property {number} rows of a batch @property {number} lookback
 * @property {number} epochs
 * @property {boolean} tuned whether it fine-tunes a model
 * @property {number} rate the peak of the learning rate
 * @property {number} before dropout before the first layer @property {number} dropout after each
 * @property {number} seconds after which it ends anyway
 *
 * @typedef {object} Sought what a plan is for
 * @property {number} units to train on @property {number} lookback
 * @property {import("./model.js").Facts | null} parent the model to fine-tune; null: a new one
 * @property {boolean} familiar whether it predicts the text well
 * @property {number} speed of a parent: the units that it learns from in a second; of a new model:
 *   how many times as fast as that of the table this machine is
 * @property {boolean} same whether the plan is to be the same on every machine
 * @property {boolean} [large] whether a new model may be larger than one that begins from nothing
 */

/** The hidden units of a new model that is the same on every machine. */
const SAME_UNITS = 128;

/**
 * Return the plan of a run.
 * @param {Sought} sought @param {import("./page.js").Constants} constants @returns {Plan}
 */
export function planFor(sought, constants) {
  const { units, lookback, parent, familiar, speed, same, large } = sought;
  const { learning: numbers, settings } = constants;
  const { rate, rules, seconds, new: table } = numbers;
  const limit = same ? Infinity : seconds.most;
  if (parent) {
    const byClock = (speed * limit) / units;
    const tuning = chooseTuning({ units, familiar, rule: rules[parent.unit], byClock }, numbers);
    const { layers } = parent;
    return {
      ...tuning,
      layers,
      lookback,
      rate: settings.learning_rate * tuning.rate,
      tuned: true,
      seconds: limit,
    };
  }
  const sizes = table.sizes.filter((size) =>
    same ? size.units === SAME_UNITS : large || size.units <= table.small,
  );
  const epochs = mostEpochs(units, table);
  const time = same ? Infinity : seconds.new * speed;
  const size = chooseSize({ units, epochs, seconds: time, sizes }, numbers);
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
    seconds: limit,
  };
}

// * How large and how often

/**
 * Return how to fine-tune a model, as `choose-tuning`: its rate is relative to a new model's.
 * @param {{units: number, familiar: boolean, rule: Rule, byClock: number}} text
 *   with the epochs that there is time for
 * @param {Learning} numbers
 */
export function chooseTuning({ units, familiar, rule, byClock }, { tuning, rows: range }) {
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
 * @param {{units: number, epochs: number, seconds: number, sizes?: Size[]}} text
 * @param {Learning} numbers
 */
export function chooseSize({ units, epochs, seconds, sizes }, { new: table, rows }) {
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
 * @param {number} units to train on @param {{least: number, most: number}} range
 */
export function batchRows(units, { least, most }) {
  const rows = 2 ** evenly(Math.log2(Math.sqrt(units / 1000)));
  return Math.max(least, Math.min(most, rows));
}

/**
 * Return the epochs of a run, as `default-epochs`.
 * @param {number} units to train on @param {Rule} rule
 */
function usualEpochs(units, { read, fewestEpochs, mostEpochs: most, long }) {
  return Math.min(units < long[0] ? most : long[1], Math.max(fewestEpochs, evenly(read / units)));
}

/**
 * Return the epochs of a new model's run, as `most-epochs`.
 * @param {number} units to train on @param {Table} table
 */
function mostEpochs(units, { mostRead, enoughEpochs, mostEpochs: most }) {
  return Math.min(most, Math.max(enoughEpochs, evenly(mostRead / units)));
}

/**
 * Return a number from 0 to 1 rounded to tenths; of two that are as near, the even one.
 * @param {number} x
 */
function tenths(x) {
  return (4 * x) % 2 === 1 ? evenly(10 * x) / 10 : Number(x.toFixed(1));
}

// * How fast

/**
 * Return the factor of the learning rate of a run with a number of `steps`, as `rate-factor`.
 * @param {number} steps @param {number} units hidden @param {Learning["rate"]} rate
 */
function rateFactor(steps, units, { enoughSteps, maxFactor }) {
  return Math.min(maxFactor, Math.max(1, enoughSteps / units / steps));
}

/**
 * Return the learning rate of the step after `updates` others, at a share `done` of the run, as
 * `learning-rate`: it stays at its peak in fine-tuning.
 * @param {Plan} plan @param {number} updates @param {number} done @param {Learning["rate"]} rate
 */
export function rateAt({ rate: peak, tuned }, updates, done, { warmUp, mostWarmUp, final }) {
  const warm = Math.min(1, Math.max((updates + 1) / warmUp, done / mostWarmUp));
  const falling = final + (1 - final) * 0.5 * (1 + cosine(Math.PI * done));
  return peak * warm * (tuned ? 1 : falling);
}

// * The average of the weights

/**
 * Return by what part of the way the average of the weights moves toward them, as a step takes a
 * run from the share `before` to `done`: see `Average` of schedule.hy.
 * @param {number} before @param {number} done @param {Learning["average"]} numbers
 */
export function partOfAverage(before, done, { updates, span }) {
  const steps = Math.floor(updates * done) - Math.floor(updates * before);
  return Math.min(1, steps / updates / span);
}
