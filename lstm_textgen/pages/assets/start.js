/** The start of a run of training: a corpus → a plan, and a network that is ready for it. */

import { Batches, joined } from "./batches.js";
import { fit, grown, newWeights } from "./beginning.js";
import { quantile } from "./items.js";
import { unpacked } from "./network.js";
import { planFor } from "./recipe.js";
import { randomNumbers } from "./sampler.js";
import { networkShape } from "./shapes.js";

/**
 * @typedef {import("./model.js").Facts} Facts
 * @typedef {import("./recipe.js").Plan} Plan
 *
 * @typedef {object} Team that learns: see learn.js and team.js
 * @property {Float32Array} weights flat; after they were changed from outside, `refresh` is called
 * @property {() => unknown} refresh
 * @property {() => unknown} begin the average of the weights, toward which updates move it
 * @property {() => unknown} swap the weights with their average
 * @property {() => unknown} forget what all rows have read
 * @property {(batch: import("./learn.js").Batch & import("./learn.js").Teaching) =>
 *   number | Promise<number>} gradients
 * @property {(update: import("./learn.js").Update) => unknown} update
 * @property {(batch: import("./learn.js").Batch & {first: boolean, softer?: number,
 *   expected?: Float64Array}) =>
 *   Float32Array | Promise<Float32Array>} losses from an empty state, if it is the first batch; to
 *   `expected` it adds how often the network expects each unit
 * @property {() => void} [dismiss] free helpers that aren't in it
 *
 * @typedef {object} Task
 * @property {import("./corpus.js").Corpus} corpus
 * @property {() => import("./corpus.js").Corpus} [anew] the corpus of a new model, which learns the
 *   text if the parent predicts it too poorly, as with the program
 * @property {{facts: Facts, weights: Uint8Array} | null} parent the model to teach; null: a new one
 * @property {import("./page.js").Constants} constants
 * @property {boolean} same whether the result is to be the same on every machine
 * @property {number} seed of random numbers
 * @property {(shape: import("./shapes.js").Shape, rows: number, steps: number) =>
 *   Team | Promise<Team>} makeTeam
 * @property {(news: {event: string, [name: string]: any}) => void} report
 * @property {Asked} asked which the page may change at any time
 *
 * @typedef {{stop?: boolean, room?: Uint8Array}} Asked to stop, and the memory for a state
 *
 * @typedef {object} Start
 * @property {import("./corpus.js").Corpus} corpus
 * @property {Facts} facts of the new model @property {Team} team @property {Plan} plan
 * @property {{bits: number, familiar: boolean, strange: boolean} | null} knows how well the parent
 *   predicts the text, in bits per character
 */

/** Milliseconds of steps that measure the machine, after the first. */
const MEASURED = 300;

/** The work of a step that only reads, of one that learns. */
const READING = 1 / 3;

/** What the random numbers of a seed are for. */
export const STREAMS = { weights: 0, order: 1, dropout: 2 };

/**
 * Return the start of a run.
 * @param {Task} task
 */
export async function begin(task) {
  const start = await (task.parent ? fromParent(task, task.parent) : newStart(task));
  start.team.dismiss?.();
  const form = { ...start.plan, ...formOf(task, start) };
  return { ...start, plan: form, facts: withRecord(start.facts, start.plan) };
}

/**
 * Return how a text is read: the windows in a row that carry the state over and, in a list, the
 * units that end an item, and whether all windows, or the first in a row, begin with items.
 * @param {Task} task @param {Start} start
 */
function formOf({ constants }, { corpus, plan: { tuned, lookback } }) {
  const { training, facts } = corpus;
  const ends = facts.end.length;
  if (training instanceof Int32Array) {
    return { run: tuned ? 2 : 0, ends: 0, whole: false };
  }
  const sizes = training.map(({ length }) => length).sort((a, b) => a - b);
  const most = ends + quantile(sizes, constants.corpus.mostItems);
  const { runOfList } = constants.learning;
  const aligned = !tuned && 2 * most <= runOfList * lookback;
  const run = tuned ? 2 : aligned ? runOfList : 0;
  return { run, ends, whole: tuned && most <= lookback, aligned };
}

/**
 * Return the start of a new model; a large one may replace a parent.
 * @param {Task} task @returns {Promise<Start>}
 */
async function newStart({ corpus, constants, same, seed, makeTeam, parent }) {
  const ids = joined(corpus.training);
  const { lookback } = corpus;
  const large = Boolean(parent);
  const sought = { units: ids.length, lookback, parent: null, familiar: false, large };
  /** @param {Plan} plan */
  const ready = async (plan) => {
    const facts = { ...corpus.facts, layers: plan.layers };
    const team = await makeTeam(networkShape(facts), plan.rows, plan.lookback);
    team.weights.set(newWeights(networkShape(facts), randomNumbers(seed, STREAMS.weights)));
    await team.refresh();
    return { corpus, facts, plan, team, knows: null };
  };
  if (same) {
    return ready(planFor({ ...sought, same, speed: 1 }, constants));
  }
  const smallest = await ready(planFor({ ...sought, same, speed: 0 }, constants));
  const { sizes } = constants.learning.new;
  const speed = (await speedOf(smallest, ids)) / sizes[sizes.length - 1].speed;
  const plan = planFor({ ...sought, same, speed }, constants);
  if (plan.layers[0][1] === smallest.plan.layers[0][1]) {
    return { ...smallest, plan };
  }
  return ready(plan);
}

/**
 * Return the units that a team learns from in a second; its weights stay as they are.
 * @param {Pick<Start, "team" | "plan">} start @param {Int32Array} ids
 */
async function speedOf({ team, plan }, ids) {
  const { rows, lookback } = plan;
  const batches = new Batches(ids, { ...plan, run: 0, ends: 0, whole: false }).epoch(() => 0);
  let [begun, read] = [0, 0];
  for (const batch of batches) {
    await team.gradients({ ...batch, scale: 1, dropout: 0, before: 0, random: () => 0 });
    if (begun) {
      read += rows * lookback;
    } else {
      begun = performance.now();
    }
    if (performance.now() - begun > MEASURED) {
      break;
    }
  }
  return (1000 * read) / (performance.now() - begun);
}

/**
 * Return the start of a model that goes on from a parent, or else begins anew.
 * @param {Task} task @param {NonNullable<Task["parent"]>} parent @returns {Promise<Start>}
 */
async function fromParent(task, parent) {
  const { corpus, anew, constants, same, makeTeam } = task;
  const { facts, lookback } = corpus;
  const ids = joined(corpus.training);
  const { tuning } = constants.learning;
  const sought = { units: ids.length, lookback, parent: parent.facts, same };
  let plan = planFor({ ...sought, familiar: true, speed: Infinity }, constants);
  let team = await makeTeam(networkShape(facts), plan.rows, lookback);
  team.weights.set(grown(unpacked(parent.weights, parent.facts), parent.facts, facts, ids));
  await team.refresh();
  const known = parent.facts.units.length;
  const begun = performance.now();
  const { read, bits } = await fit(team, facts, { ids, known, form: plan }, tuning);
  const speed = (1000 * READING * read) / (performance.now() - begun);
  const familiar = bits < tuning.familiar;
  const knows = { bits, familiar, strange: bits > tuning.strange };
  if (knows.strange && anew) {
    return { ...(await newStart({ ...task, corpus: anew() })), knows };
  }
  plan = planFor({ ...sought, familiar, speed }, constants);
  if (!familiar) {
    const weights = team.weights.slice();
    team = await makeTeam(networkShape(facts), plan.rows, lookback);
    team.weights.set(weights);
    await team.refresh();
  }
  return { corpus, facts, plan, team, knows };
}

/**
 * Return `facts` whose record has the settings of a plan.
 * @param {Facts} facts @param {Plan} plan
 */
function withRecord(facts, { layers, rows, lookback, epochs, rate, before, dropout }) {
  const drop = (/** @type {number} */ share) => (share ? [`dropout:${share}`] : []);
  const network = layers.flatMap((layer) => [layer.join(":"), ...drop(dropout)]);
  const { record } = facts;
  const settings = {
    ...record.settings,
    layers: [...drop(before), ...network].join(","),
    batch_size: rows,
    lookback,
    stride: lookback,
    epochs,
    learning_rate: rate,
  };
  return { ...facts, record: { ...record, settings } };
}

/** Return the browser's name and version. */
export function browser() {
  const found = navigator.userAgent.match(/(Firefox|Edg|Chrome|Version)\/\d+/);
  return (found?.[0] ?? "a browser").replace("Version", "Safari").replace("/", " ");
}
