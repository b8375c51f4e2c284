/** The start of a run of training: a text → a plan, and a network that is ready for it. */

import { unpacked } from "../network/packing.ts";
import { networkShape } from "../network/shapes.ts";
import { type Items, quantile } from "../text/items.ts";
import type { Constants, Facts } from "../types.ts";
import { randomNumbers } from "../writing/sampler.ts";
import { Batches, joined } from "./batches.ts";
import { fit, grown, newWeights } from "./beginning.ts";
import { type Corpus, makeCorpus } from "./corpus.ts";
import { type Plan, planFor } from "./recipe.ts";
import { recruiter, type Team } from "./team.ts";

/** What a page asks for. */
export interface Task {
  text: string;
  items: Items | null; // what its items are, if it is a list
  facts: Facts | null; // of the model that is taught; null: a new one
  weights: Uint8Array | null; // of that model
  name: string; // of the new model
  goesOn: boolean; // whether that model also keeps what its texts before brought
  large?: boolean; // whether a new model may be large, as one that replaces a parent is
}

/** A task in a worker. */
export interface Job extends Task {
  constants: Constants;
  seed: number; // of random numbers
  codes: Uint8Array[]; // of kernels.ts, the best first
  ports: MessagePort[]; // to workers that share batches
  report: (news: News) => void;
  asked: Asked; // which the page may change at any time
}

/** What a run reports by each event: see `teach` in training.ts. */
export interface Reports {
  plan: { plan: Plan; knows: Start["knows"] };
  progress: { part: number; secondsLeft: number; bits: number; speed: number };
  epoch: {
    epoch: number;
    part: number;
    training?: number;
    validation?: number;
    best?: boolean;
    byHeart?: boolean;
  };
  state: { weights: Uint8Array; facts: Facts };
  done: Reports["state"] & { bits: number; why: string };
  failed: { message: string; detail?: string };
}

export type News = { [E in keyof Reports]: { event: E } & Reports[E] }[keyof Reports];

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

type MakeTeam = ReturnType<typeof recruiter>;

/** Milliseconds of steps that measure the machine, after the first. */
const MEASURED = 300;

/** The work of a step that only reads, of one that learns. */
const READING = 1 / 3;

/** What the random numbers of a seed are for. */
export const STREAMS = { weights: 0, order: 1, dropout: 2 };

/** Return the start of a run. */
export async function begin(job: Job) {
  const best = job.codes.find((code) => WebAssembly.validate(code as BufferSource));
  const makeTeam = recruiter(best as Uint8Array, job.ports);
  const start = await (job.facts ? fromParent : newStart)(job, makeTeam);
  start.team.dismiss();
  const form = { ...start.plan, ...formOf(job, start) };
  return { ...start, plan: form, facts: withRecord(start.facts, start.plan) };
}

/**
 * Return how a text is read: the windows in a row that carry the state over and, in a list, the
 * units that end an item, and whether all windows, or the first in a row, begin with items.
 */
function formOf({ constants }: Job, { corpus, plan: { tuned, lookback } }: Start) {
  const { training, facts } = corpus;
  const ends = facts.end.length;
  if (training instanceof Int32Array) return { run: tuned ? 2 : 0, ends: 0, whole: false };
  const sizes = training.map(({ length }) => length).sort((a, b) => a - b);
  const most = ends + quantile(sizes, constants.corpus.mostItems);
  const { runOfList } = constants.learning;
  const aligned = !tuned && 2 * most <= runOfList * lookback;
  const run = tuned ? 2 : aligned ? runOfList : 0;
  return { run, ends, whole: tuned && most <= lookback, aligned };
}

/** Return the start of a new model; a large one may replace a parent. */
async function newStart(job: Job, makeTeam: MakeTeam): Promise<Start> {
  const { constants, seed, large = Boolean(job.facts) } = job;
  const corpus = makeCorpus({ ...job, facts: null });
  const ids = joined(corpus.training);
  const { lookback } = corpus;
  const sought = { units: ids.length, lookback, parent: null, familiar: false, large };
  const ready = async (plan: Plan) => {
    const facts = { ...corpus.facts, layers: plan.layers };
    const weights = newWeights(networkShape(facts), randomNumbers(seed, STREAMS.weights));
    const team = await teamWith(weights, facts, plan, makeTeam);
    return { corpus, facts, plan, team, knows: null };
  };
  const smallest = await ready(planFor({ ...sought, speed: 0 }, constants));
  const { sizes } = constants.learning.new;
  const speed = (await speedOf(smallest, ids)) / sizes[sizes.length - 1].speed;
  const plan = planFor({ ...sought, speed }, constants);
  const small = plan.layers[0][1] === smallest.plan.layers[0][1];
  return small ? { ...smallest, plan } : ready(plan);
}

/** Return a team that learns in batches of this `size` and has these weights. */
async function teamWith(
  weights: Float32Array,
  facts: Facts,
  size: Pick<Plan, "rows" | "lookback">,
  makeTeam: MakeTeam,
) {
  const team = await makeTeam(networkShape(facts), size);
  team.weights.set(weights);
  await team.refresh();
  return team;
}

/** Return the units that a team learns from in a second; its weights stay as they are. */
async function speedOf({ team, plan }: Pick<Start, "team" | "plan">, ids: Int32Array) {
  const { rows, lookback } = plan;
  const batches = new Batches(ids, { ...plan, run: 0, ends: 0, whole: false }).epoch(() => 0);
  let [begun, read] = [0, 0];
  for (const batch of batches) {
    await team.gradients({ ...batch, scale: 1 });
    if (begun) {
      read += rows * lookback;
    } else {
      begun = performance.now();
    }
    if (performance.now() - begun > MEASURED) break;
  }
  return (1000 * read) / (performance.now() - begun);
}

/** Return the start of a model that goes on from a parent, or else begins anew. */
async function fromParent(job: Job, makeTeam: MakeTeam): Promise<Start> {
  const { constants } = job;
  const parent = job.facts as Facts;
  const corpus = makeCorpus(job);
  const { facts, lookback } = corpus;
  const ids = joined(corpus.training);
  const { tuning } = constants.learning;
  const sought = { units: ids.length, lookback, parent };
  let plan = planFor({ ...sought, familiar: true, speed: Infinity }, constants);
  const own = unpacked(job.weights as Uint8Array, parent);
  const weights = grown(own, parent, facts, ids, constants.quotes);
  let team = await teamWith(weights, facts, plan, makeTeam);
  const begun = performance.now();
  const known = parent.units.length;
  const { read, bits } = await fit(team, facts, { ids, known, form: plan }, tuning);
  const speed = (1000 * READING * read) / (performance.now() - begun);
  const familiar = bits < tuning.familiar;
  const knows = { bits, familiar, strange: bits > tuning.strange };
  if (knows.strange && !job.goesOn) return { ...(await newStart(job, makeTeam)), knows };
  plan = planFor({ ...sought, familiar, speed }, constants);
  if (!familiar) {
    team = await teamWith(team.weights.slice(), facts, plan, makeTeam);
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
