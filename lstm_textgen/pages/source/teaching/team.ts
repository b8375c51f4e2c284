/**
 * Workers that share a batch: each has some of its rows, computes their gradient, and adds up a
 * part of the gradients of all. It moves the weights of this part, and sends them to the others.
 */

// biome-ignore-all lint/suspicious/noExplicitAny: a message names a method, and has what it takes

import {
  type Batch,
  type Dropout,
  dealt,
  drawMasks,
  Learner,
  type Masks,
  type Reading,
  type Teaching,
  type Update,
} from "../network/learning.ts";
import type { Shape } from "../network/shapes.ts";

/** Of a batch. */
type Size = { rows: number; lookback: number };

/** What a worker needs to join a team. */
interface Seat {
  shape: Shape;
  code: Uint8Array; // of kernels.ts
  size: Size; // of its part of a batch
  number: number; // among the workers
  ports: (MessagePort | null)[]; // to each of them; null: to itself
}

/**
 * Return a function that makes teams with as many of the workers that `share` the other ends of
 * `ports` as make them faster, which it measures once for each network.
 * @param code of kernels.ts
 */
export function recruiter(code: Uint8Array, ports: MessagePort[]) {
  const helpers: Map<string, number> = new Map();
  /** the last one, which gives its memory to the next */
  let team: Team | undefined;
  return async (shape: Shape, { rows, lookback }: Size) => {
    const make = async (count: number) => {
      team = await Team.make(shape, { rows, lookback }, code, ports, count, team?.member);
      return team;
    };
    const key = JSON.stringify([shape, rows, lookback]);
    const known = helpers.get(key);
    if (known !== undefined) return make(known);
    let best = await make(0);
    let time = await best.time();
    for (let count = 1; count <= Math.min(ports.length, rows - 1); count = 2 * count + 1) {
      const larger = await make(count);
      const shorter = await larger.time();
      if (shorter > time) {
        best = await make(best.helpers.length);
        break;
      }
      [best, time] = [larger, shorter];
    }
    helpers.set(key, best.helpers.length);
    return best;
  };
}

/** A network that learns, whose batches are dealt to this worker and to helpers. */
export class Team {
  member: Member;
  helpers: Line[];
  others: MessagePort[]; // to helpers that aren't in it
  bounds: number[]; // of everyone's rows
  shape: Shape;
  size: Size;
  squares: number;
  weights: Float32Array<ArrayBuffer>; // `refresh` after changing them

  /**
   * Make a team with this `count` of the workers that `share` the other ends of `ports`.
   * @param code of kernels.ts
   * @param before of an earlier team
   */
  static async make(
    shape: Shape,
    size: Size,
    code: Uint8Array,
    ports: MessagePort[] = [],
    count = ports.length,
    before?: Member,
  ) {
    const bounds = dealt(size.rows, count + 1);
    const [own, ...seats] = channels(count + 1).map((ports, number): Seat => {
      const rows = bounds[number + 1] - bounds[number];
      return { shape, code, size: { ...size, rows }, number, ports };
    });
    const helpers = seats.map((seat, n) => {
      const line = new Line(ports[n]);
      line.send(
        { do: "join", seat },
        seat.ports.filter((port) => port !== null),
      );
      return line;
    });
    const team = new Team(new Member(own, before), helpers, ports.slice(count), bounds, size);
    await Promise.all(helpers.map(answerOf));
    return team;
  }

  constructor(
    member: Member,
    helpers: Line[],
    others: MessagePort[],
    bounds: number[],
    size: Size,
  ) {
    this.member = member;
    this.helpers = helpers;
    this.others = others;
    this.bounds = bounds;
    this.shape = member.learner.shape;
    this.size = size;
    this.squares = 0;
    this.weights = member.learner.weights;
  }

  /**
   * Let everyone act; return what they return.
   * @param message for a member
   */
  async all(
    what: "gradients" | "update" | "losses" | "refresh" | "begin" | "swap",
    message: (n: number) => any = () => ({}),
  ) {
    this.helpers.forEach((line, n) => line.send({ do: what, ...message(n + 1) }));
    const own = this.member[what](message(0));
    return Promise.all([own, ...this.helpers.map(answerOf)]);
  }

  /** Return the part of a batch that has a member's rows. */
  part({ x, y, empty }: Batch, n: number): Batch {
    const { rows } = this.size;
    const [first, last] = this.bounds.slice(n);
    const own = (_: number, k: number) => k % rows >= first && k % rows < last;
    return { x: x.filter(own), y: y.filter(own), empty };
  }

  /** Return the milliseconds that a batch takes, after another. */
  async time() {
    const { shape, size } = this;
    const length = size.rows * size.lookback;
    const x = Int32Array.from({ length }, (_, n) => (n * n) % shape.vocabulary);
    let begun = 0;
    for (let n = 0; n < 2; n++) {
      begun = performance.now();
      await this.gradients({ x, y: x, empty: true, scale: 1 });
    }
    return performance.now() - begun;
  }

  /** End the helpers that aren't in it, which frees their memory: there will be no other team. */
  dismiss() {
    this.others.forEach((port) => port.postMessage({ do: "leave" }));
  }

  /** Use weights that were written from outside. */
  async refresh() {
    await this.all("refresh");
  }

  /** Begin the average of the weights with those of now. */
  async begin() {
    await this.all("begin");
  }

  /** Swap the weights with their average. */
  async swap() {
    await this.all("swap");
  }

  /** Compute the gradient of the sum of a batch's losses; return this sum, in nats. */
  async gradients({ x, y, empty, scale, steadying, ...dropout }: Batch & Teaching & Dropout) {
    const { bounds, size } = this;
    const masks = drawMasks(this.shape, size.rows, dropout);
    const answers = await this.all("gradients", (n) => ({
      ...this.part({ x, y, empty }, n),
      scale,
      steadying,
      masks: masks.map((mask) => {
        const width = (mask?.length ?? 0) / size.rows;
        return mask?.slice(bounds[n] * width, bounds[n + 1] * width);
      }),
    }));
    this.squares = answers.reduce((sum, { squares }) => sum + squares, 0);
    return answers.reduce((sum, { nats }): number => sum + nats, 0);
  }

  /** Take a step of Adam by the gradient. */
  async update(update: Update) {
    const { squares } = this;
    await this.all("update", () => ({ update, squares }));
  }

  /** Return the losses of a batch, as `Learner.losses` does. */
  async losses({ softer, expected, ...batch }: Reading) {
    const answers = await this.all("losses", (n) => ({
      ...this.part(batch, n),
      softer,
      expected: expected && new Float64Array(expected.length),
    }));
    const losses = new Float32Array(batch.x.length);
    answers.forEach((answer, n) => {
      const [begin, end] = this.bounds.slice(n);
      const width = end - begin;
      answer.losses.forEach((loss: number, k: number) => {
        losses[Math.floor(k / width) * this.size.rows + begin + (k % width)] = loss;
      });
      expected?.forEach((_, id) => {
        expected[id] += answer.expected[id];
      });
    });
    return losses;
  }
}

/** Return channels between `count` workers: for each one its ends, null for that to itself. */
function channels(count: number): (MessagePort | null)[][] {
  const all = Array.from({ length: count }, () => Array(count).fill(null));
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < n; k++) {
      const { port1, port2 } = new MessageChannel();
      all[n][k] = port1;
      all[k][n] = port2;
    }
  }
  return all;
}

/** One end of a channel, which keeps what has arrived until it is asked for. */
class Line {
  port: MessagePort;
  arrived: any[];
  waiting: ((message: any) => void)[];

  constructor(port: MessagePort) {
    this.port = port;
    this.arrived = [];
    this.waiting = [];
    port.onmessage = ({ data }) => {
      const answer = this.waiting.shift();
      answer ? answer(data) : this.arrived.push(data);
    };
  }

  send(message: any, transferred: Transferable[] = []) {
    this.port.postMessage(message, transferred);
  }

  /** Return the next message. */
  next(): Promise<any> {
    return this.arrived.length > 0
      ? Promise.resolve(this.arrived.shift())
      : new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** Return a worker's answer; throw an error if there was one. */
async function answerOf(line: Line) {
  const answer = await line.next();
  if (answer.error) throw new Error(answer.error);
  return answer;
}

// * What each worker does

/**
 * Do a member's share of the work of the team at the other end of `port`, and of its next teams.
 */
export async function share(port: MessagePort) {
  const line = new Line(port);
  let member: any;
  for (;;) {
    const message = await line.next();
    if (message.do === "leave") return close();
    try {
      if (message.do === "join") {
        member = new Member(message.seat, member);
        line.send({});
      } else {
        line.send((await member[message.do](message)) ?? {});
      }
    } catch (error) {
      line.send({ error: String(error) });
    }
  }
}

/** What one worker does of a team's work: a part of everything, which it exchanges with the rest. */
class Member {
  learner: Learner;
  lines: (Line | null)[]; // to all; null: to itself
  arrays: Float32Array[]; // what came last from each other worker, in which its next numbers go

  /**
   * It gets code, as compiled code can't travel through ports between the workers of a page that
   * was opened from disk. The memory is that of this worker's member `before`.
   */
  constructor({ shape, code, size, number, ports }: Seat, before?: Member) {
    const team = { number, size: ports.length, memory: before?.learner.heap.memory };
    const module = new WebAssembly.Module(code as BufferSource);
    this.learner = new Learner(shape, module, size.rows, size.lookback, team);
    this.lines = ports.map((port) => port && new Line(port));
    this.arrays = [];
  }

  /** Compute a gradient, and the sum of all workers' for the own part. */
  async gradients(batch: Batch & Teaching & { masks: Masks }) {
    const { learner } = this;
    const { parts, part } = learner;
    const nats = learner.gradients(batch);
    const own = learner.gradient.subarray(...part);
    await this.#exchange((n) => learner.gradient.subarray(...parts[n]));
    this.arrays.forEach((more) => {
      for (let n = 0; n < own.length; n++) {
        own[n] += more[n];
      }
    });
    return { nats, squares: learner.squares() };
  }

  /** Move the weights of the own part, and take the others'. */
  async update({ update, squares }: { update: Update; squares: number }) {
    this.learner.step(update, squares);
    await this.#share();
  }

  /** Swap all weights with their average. */
  async swap() {
    this.learner.swap();
    await this.#share();
  }

  /** Begin the average of the weights with those of now. */
  begin() {
    this.learner.begin();
  }

  /** Use the weights of the first worker, into which they were written from outside. */
  async refresh() {
    const { learner, lines } = this;
    await this.#exchange((n) => learner.weights.subarray(...learner.parts[n]));
    if (lines[0]) {
      this.#take(0, learner.part);
    }
    await this.#share();
  }

  losses(batch: Reading) {
    return { losses: this.learner.losses(batch), expected: batch.expected };
  }

  /** Give the others the own part of the weights, and take theirs. */
  async #share() {
    const { learner } = this;
    await this.#exchange(() => learner.weights.subarray(...learner.part));
    this.arrays.forEach((_, n) => this.#take(n, learner.parts[n]));
    learner.refresh();
  }

  /** Take a part of the weights that has come from worker `n`. */
  #take(n: number, [from, to]: number[]) {
    const { weights } = this.learner;
    weights.set(this.arrays[n].subarray(0, Math.min(to, weights.length) - from), from); // no padding
  }

  /**
   * Send each other worker some numbers, at most as many as the largest part has, and take theirs.
   */
  async #exchange(numbers: (n: number) => Float32Array) {
    const { arrays, learner } = this;
    const size = Math.max(...learner.parts.map(([from, to]) => to - from));
    const others = this.lines.flatMap((line, n) => (line ? [{ line, n }] : []));
    for (const { line, n } of others) {
      // Of what was sent, and hasn't come back, nothing is left.
      const array = arrays[n]?.length ? arrays[n] : new Float32Array(size);
      array.set(numbers(n));
      line.send(array, [array.buffer]);
    }
    for (const { line, n } of others) {
      arrays[n] = await line.next();
    }
  }
}
