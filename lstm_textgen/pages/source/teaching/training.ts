/**
 * A run of training in a worker, as in `training.hy`: epochs of steps, each followed by validation,
 * until the plan is done, the network only learns by heart, or the page asks for the end.
 */

import type { Batch } from "../network/learning.ts";
import { packed, unpacked } from "../network/packing.ts";
import { named, sizesOf } from "../network/shapes.ts";
import type { Epoch } from "../types.ts";
import { randomNumbers } from "../writing/sampler.ts";
import { Batches, joined, readings } from "./batches.ts";
import { lengthOfUnits } from "./beginning.ts";
import { partOfAverage, rateAt } from "./recipe.ts";
import { begin, browser, type Job, STREAMS } from "./start.ts";

/** Milliseconds between two reports of progress, two states, and two moments for messages. */
const [PROGRESS, STATES, BREATH] = [200, 2000, 30];

/** How far fine-tuning goes beyond the epochs that most texts need, while it still helps. */
const MOST = 2;

/** The loss by what was read, relative to that by what was held out, that tells of the same. */
const PARTED = 2 / 3;

/** Epochs without a lower loss on what was held out after which a network learns by heart. */
const HEART = 2;

/** The part of the newest loss in their running mean. */
const NEWEST = 0.05;

/** The bits of a state's weights. */
const STATE_BITS = 8;

/** Units of the part held out that are read after each epoch: the rest is read at the end. */
const LOOKED_AT = 10_000;

/**
 * Teach a model, and report how it goes:
 * - `plan`: the `plan`, and `knows`, how well the parent predicts the text;
 * - `progress`: the `part` of the run that is done, `secondsLeft`, `bits` per character of late,
 *   and `speed`, in units a second;
 * - `epoch`: its number `epoch`, 0 before any step, `part`, `training` and `validation` in bits per
 *   character, `best` whether its weights are kept, `byHeart` whether it only learns by heart now;
 * - `state`, the first before any step: `weights` as they are, packed as `facts` say;
 * - `done`: `weights`, `facts`, `bits` of what was held out, and `why`: "finished", "stopped", "by
 *   heart", or "diverged".
 */
export async function teach(job: Job) {
  const start = await begin(job);
  const { plan, knows } = start;
  job.report({ event: "plan", plan, knows });
  await new Training(job, start).run();
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** A run, and what it has come to. */
class Training {
  facts: Begun["facts"];
  plan: Begun["plan"];
  team: Begun["team"];
  report: Job["report"];
  asked: Job["asked"];
  numbers: Job["constants"]["learning"];
  patience: number;
  text: string;
  length: number;
  held: Int32Array;
  looked: Int32Array; // the part of it that is read after each epoch
  batches: Batches;
  averages: boolean; // whether the average of the weights may be better than they are
  order: () => number;
  dropout: () => number;
  clock = new Clock();
  learning = 0; // seconds of steps
  updates = 0;
  loss = 0; // nats per unit of late
  entries: Epoch[] = []; // of this run
  best: Uint8Array | null = null; // the weights to keep, packed
  average = false; // whether the team has the average of the weights

  constructor({ constants, seed, report, asked }: Job, { corpus, facts, plan, team }: Begun) {
    this.facts = facts;
    this.plan = plan;
    this.team = team;
    this.report = report;
    this.asked = asked;
    this.numbers = constants.learning;
    this.patience = constants.settings.patience;
    this.text = corpus.text;
    this.length = lengthOfUnits(joined(corpus.training), facts.units);
    this.held = joined(corpus.validation).subarray(0, this.numbers.validation.most);
    this.looked = this.held.subarray(0, LOOKED_AT);
    this.batches = new Batches(corpus.training, plan);
    this.averages = plan.tuned && this.held.length > 0;
    this.order = randomNumbers(seed, STREAMS.order);
    this.dropout = randomNumbers(seed, STREAMS.dropout);
  }

  /** Train to the end. */
  async run() {
    const { looked, report } = this;
    this.#reportState();
    if (looked.length) {
      const loss = await this.#loss(looked);
      report({ event: "epoch", epoch: 0, part: 0, validation: this.#bits(loss, looked) });
      this.clock.begun = performance.now();
    }
    if (this.averages) {
      await this.team.begin();
    }
    let why = "";
    while (!why) {
      why = (await this.#epoch()) || this.#whyDone();
    }
    await this.#finish(why);
  }

  /**
   * The share of the run that is done, by epochs or by the clock. Fine-tuning may go on after the
   * epochs that most texts need, with a share above 1.
   */
  get share() {
    const { plan, batches, updates, clock } = this;
    const byEpochs = updates / (plan.epochs * batches.steps);
    return Math.max(byEpochs, clock.seconds / plan.seconds);
  }

  /** The part of the longest run that is done, 0 to 1. */
  get part() {
    return Math.min(1, this.share / (this.averages ? MOST : 1));
  }

  /** The learning rate of the next step. */
  get rate() {
    return rateAt(this.plan, this.updates, Math.min(1, this.share), this.numbers.rate);
  }

  /** The epochs since the one with the lowest loss on what was held out. */
  get waited() {
    const losses = this.entries.map((entry) => entry.validation_loss ?? 0);
    return losses.length - 1 - losses.indexOf(this.#lowest());
  }

  /** Return why the run is over after an epoch; "": it isn't. */
  #whyDone() {
    const { held, patience, asked, waited } = this;
    if (asked.stop) return "stopped";
    if (this.part >= 1 || this.clock.seconds >= this.plan.seconds) return "finished";
    return held.length && waited >= patience ? "by heart" : "";
  }

  // * Steps

  /** Train for an epoch, or until the run must end; return why it must if it can't go on. */
  async #epoch() {
    const { batches, order, asked, clock, facts } = this;
    const begun = clock.seconds;
    let [steps, sum] = [0, 0];
    for (const batch of batches.epoch(order)) {
      const before = clock.seconds;
      sum += await this.#step(batch);
      this.learning += clock.seconds - before;
      steps++;
      if (!(this.loss < 2 + 2 * Math.log(facts.units.length))) return "diverged";
      await this.#breathe();
      if (asked.stop || clock.seconds >= this.plan.seconds) break;
    }
    await this.#endEpoch(sum / steps, begun);
    return "";
  }

  /** Train on a batch; return its mean loss in nats. */
  async #step(batch: Batch) {
    const { team, plan, numbers, share, rate, updates } = this;
    const { dropout, before } = plan;
    const scale = 1 / batch.x.length;
    const drop = { dropout, before, random: this.dropout };
    const { steadying, adam } = numbers;
    const loss = scale * (await team.gradients({ ...batch, scale, ...drop, steadying }));
    this.updates++;
    const part = this.averages ? partOfAverage(share, this.share, numbers.average) : 0;
    await team.update({ rate, part, ...adam });
    this.loss += (updates ? NEWEST : 1) * (loss - this.loss);
    return loss;
  }

  /** Report what is due, and let messages come in. */
  async #breathe() {
    const { clock, report, updates, plan, learning, part } = this;
    const bits = this.loss / Math.LN2 / this.length;
    if (clock.due("progress", PROGRESS)) {
      const speed = (updates * plan.rows * plan.lookback) / learning;
      const secondsLeft = (clock.seconds * (1 - part)) / part;
      report({ event: "progress", part, bits, speed, secondsLeft });
    }
    if (clock.due("state", STATES)) {
      this.#reportState();
    }
    if (clock.due("breath", BREATH)) {
      await clock.breathe();
    }
  }

  #reportState() {
    const { team, report, asked } = this;
    const facts = { ...this.facts, bits: STATE_BITS };
    report({ event: "state", weights: packed(team.weights, facts, asked.room), facts });
    asked.room = undefined;
  }

  // * The end of an epoch

  /**
   * Validate after an epoch, or a part of one, and keep its weights if they are the best.
   * @param loss its mean, in nats
   * @param begun when, in seconds of the run
   */
  async #endEpoch(loss: number, begun: number) {
    const { facts, rate, entries, clock, looked } = this;
    const entry: Epoch = {
      epoch: facts.record.history.length + entries.length + 1,
      text: this.text,
      loss,
      learning_rate: Number(rate.toPrecision(6)),
      seconds: 0,
      machine: browser(),
      sample: "",
      ...this.#lengths(),
    };
    entries.push(entry);
    const best = looked.length > 0 && (await this.#validate(entry));
    entry.seconds = Math.round(1000 * (clock.seconds - begun)) / 1000;
    this.report({
      event: "epoch",
      epoch: entries.length,
      part: this.part,
      training: loss / Math.LN2 / this.length,
      validation: entry.validation_loss && this.#bits(entry.validation_loss, looked),
      best,
      byHeart: this.#byHeart(),
    });
  }

  /**
   * Note in `entry`, the last one, the lowest loss of the weights of now and of their average;
   * return whether these are the best so far, which are kept.
   */
  async #validate(entry: Epoch) {
    const { averages, looked, numbers } = this;
    const now = { average: false, softer: 1, loss: Infinity };
    const average = { ...now, average: true };
    const softerAverage = { ...average, softer: numbers.average.softer };
    let best = now;
    for (const candidate of averages ? [now, average, softerAverage] : [now]) {
      await this.#use(candidate);
      candidate.loss = await this.#loss(looked, candidate.softer);
      best = candidate.loss < best.loss ? candidate : best;
    }
    entry.validation_loss = best.loss;
    const kept = best.loss <= this.#lowest() + (averages ? this.#chance() : 0);
    if (kept) {
      await this.#use(best);
      this.best = this.#packed(best.softer);
      Object.assign(entry, averages && { kept });
    }
    await this.#use(now);
    return kept;
  }

  /** Let the team have the average of the weights, or those of now. */
  async #use({ average }: { average: boolean }) {
    if (average !== this.average) {
      this.average = average;
      await this.team.swap();
    }
  }

  /** Return the team's weights, packed, with logits divided by `softer`. */
  #packed(softer: number) {
    const { shape, weights } = this.team;
    const { dense } = named(sizesOf(shape));
    const last = weights.subarray(-(dense.rows + 1) * dense.columns); // with the bias
    const kept = last.slice();
    last.set(kept.map((weight) => weight / softer));
    const made = packed(weights, this.facts);
    last.set(kept);
    return made;
  }

  /** Return the lowest loss of all epochs, in nats per unit. */
  #lowest() {
    return Math.min(...this.entries.map((entry) => entry.validation_loss ?? 0));
  }

  /** Return by how many nats per unit the losses of two epochs may differ by chance. */
  #chance() {
    return this.numbers.validation.uncertain / Math.sqrt(this.looked.length);
  }

  /** Return whether what the network learns now holds for the training text only. */
  #byHeart() {
    const { entries, held, waited } = this;
    const [best, last] = [entries[entries.length - 1 - waited], entries[entries.length - 1]];
    const parted = last.loss < PARTED * (last.validation_loss ?? 0);
    return parted || (held.length > 0 && waited >= HEART && last.loss < best.loss);
  }

  // * Validation

  /** Return the mean loss of the team's weights, in nats per unit; logits are divided by `softer`. */
  async #loss(ids: Int32Array, softer = 1) {
    const { team, facts, plan, numbers } = this;
    let sum = 0;
    for (const batch of readings(ids, facts.start, plan, numbers.validation.runIn)) {
      const losses = await team.losses({ ...batch, softer });
      sum += losses.reduce((all, loss) => all + loss, 0);
    }
    return sum / ids.length;
  }

  /** Return a loss, in nats per unit, in bits per character. */
  #bits(loss: number, ids: Int32Array) {
    return loss / Math.LN2 / lengthOfUnits(ids, this.facts.units);
  }

  /** Return the characters per unit, for the history, unless it is always one. */
  #lengths() {
    const { facts, looked, length } = this;
    if (facts.unit === "characters") return {};
    const own = looked.length && { validation_unit_length: lengthOfUnits(looked, facts.units) };
    return { unit_length: length, ...own };
  }

  /** Report the end, with the best weights, rounded as a page has them. */
  async #finish(why: string) {
    const { held, entries, report, team } = this;
    const { record } = this.facts;
    if (why === "diverged" && !this.best) throw new Error("teach.failed.diverged");
    const made = new Date().toISOString().slice(0, 10);
    const history = [...record.history, ...entries];
    const facts = { ...this.facts, made, record: { ...record, history } };
    const weights = this.best ?? packed(team.weights, facts);
    team.weights.set(unpacked(weights, facts));
    await team.refresh();
    const loss = held.length && (await this.#loss(held));
    report({ event: "done", weights, facts, bits: this.#bits(loss, held), why });
  }
}

/** The time of a run, and of what is due in it. */
class Clock {
  begun = performance.now();
  /** when each thing was last done */
  last: Map<string, number> = new Map();
  channel = new MessageChannel();

  /** Seconds since the run began. */
  get seconds() {
    return (performance.now() - this.begun) / 1000;
  }

  /**
   * Return whether a thing, to be done at an interval of `milliseconds`, is due; then it is done.
   */
  due(name: string, milliseconds: number) {
    const now = performance.now();
    const due = now - (this.last.get(name) ?? this.begun) >= milliseconds;
    if (due) {
      this.last.set(name, now);
    }
    return due;
  }

  /** Let messages come in: a timer would take longer. */
  breathe() {
    const { port1, port2 } = this.channel;
    return new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  }
}
