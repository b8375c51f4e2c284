/** The start of a run of training: a corpus → a plan, and a network that is ready for it. */

import type { Batch, Teaching, Update } from "../network/learning.ts";
import { unpacked } from "../network/network.ts";
import { networkShape, type Shape } from "../network/shapes.ts";
import { quantile } from "../text/items.ts";
import type { Constants, Facts } from "../types.ts";
import { randomNumbers } from "../writing/sampler.ts";
import { Batches, joined } from "./batches.ts";
import { fit, grown, newWeights } from "./beginning.ts";
import type { Corpus } from "./corpus.ts";
import { type Plan, planFor } from "./recipe.ts";

/** What learns: see network/learning.ts and team.ts. */
export interface Team {
  weights: Float32Array; // flat; after they were changed from outside, `refresh` is called
  refresh: () => unknown;
  begin: () => unknown; // the average of the weights, toward which updates move it
  swap: () => unknown; // the weights with their average
  forget: () => unknown; // what all rows have read
  gradients: (batch: Batch & Teaching) => number | Promise<number>;
  update: (update: Update) => unknown;
  /**
   * from an empty state, if it is the first batch; to `expected` it adds how often the network
   * expects each unit
   */
  losses: (
    batch: Batch & { first: boolean; softer?: number; expected?: Float64Array },
  ) => Float32Array | Promise<Float32Array>;
  dismiss?: () => void; // free helpers that aren't in it
}

export interface Task {
  corpus: Corpus;
  /**
   * the corpus of a new model, which learns the text if the parent predicts it too poorly, as with
   * the program
   */
  anew?: () => Corpus;
  parent: { facts: Facts; weights: Uint8Array } | null; // the model to teach; null: a new one
  constants: Constants;
  same: boolean; // whether the result is to be the same on every machine
  seed: number; // of random numbers
  makeTeam: (shape: Shape, rows: number, steps: number) => Team | Promise<Team>;
  report: (news: { event: string; [name: string]: any }) => void;
  asked: Asked; // which the page may change at any time
}

/** To stop, and the memory for a state. */
export type Asked = { stop?: boolean; room?: Uint8Array };

export interface Start {
  corpus: Corpus;
  facts: Facts; // of the new model
  team: Team;
  plan: Plan;
  /** how well the parent predicts the text, in bits per character */
  knows: { bits: number; familiar: boolean; strange: boolean } | null;
}

/** Milliseconds of steps that measure the machine, after the first. */
const MEASURED = 300;

/** The work of a step that only reads, of one that learns. */
const READING = 1 / 3;

/** What the random numbers of a seed are for. */
export const STREAMS = { weights: 0, order: 1, dropout: 2 };

/** Return the start of a run. */
export async function begin(task: Task) {
  const start = await (task.parent ? fromParent(task, task.parent) : newStart(task));
  start.team.dismiss?.();
  const form = { ...start.plan, ...formOf(task, start) };
  return { ...start, plan: form, facts: withRecord(start.facts, start.plan) };
}

/**
 * Return how a text is read: the windows in a row that carry the state over and, in a list, the
 * units that end an item, and whether all windows, or the first in a row, begin with items.
 */
function formOf({ constants }: Task, { corpus, plan: { tuned, lookback } }: Start) {
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

/** Return the start of a new model; a large one may replace a parent. */
async function newStart({ corpus, constants, same, seed, makeTeam, parent }: Task): Promise<Start> {
  const ids = joined(corpus.training);
  const { lookback } = corpus;
  const large = Boolean(parent);
  const sought = { units: ids.length, lookback, parent: null, familiar: false, large };
  const ready = async (plan: Plan) => {
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

/** Return the units that a team learns from in a second; its weights stay as they are. */
async function speedOf({ team, plan }: Pick<Start, "team" | "plan">, ids: Int32Array) {
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

/** Return the start of a model that goes on from a parent, or else begins anew. */
async function fromParent(task: Task, parent: NonNullable<Task["parent"]>): Promise<Start> {
  const { corpus, anew, constants, same, makeTeam } = task;
  const { facts, lookback } = corpus;
  const ids = joined(corpus.training);
  const { tuning } = constants.learning;
  const sought = { units: ids.length, lookback, parent: parent.facts, same };
  let plan = planFor({ ...sought, familiar: true, speed: Infinity }, constants);
  let team = await makeTeam(networkShape(facts), plan.rows, lookback);
  const weights = unpacked(parent.weights, parent.facts);
  team.weights.set(grown(weights, parent.facts, facts, ids, constants.quotes));
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

/** Return `facts` whose record has the settings of a plan. */
function withRecord(facts: Facts, { layers, rows, lookback, epochs, rate, before, dropout }: Plan) {
  const drop = (share: number) => (share ? [`dropout:${share}`] : []);
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
