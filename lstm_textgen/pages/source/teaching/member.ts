/**
 * What a worker of a team does: it computes a part of everything, and exchanges it with the rest.
 */

import {
  type Batch,
  Learner,
  type Reading,
  type Teaching,
  type Update,
} from "../network/learning.ts";
import type { Shape } from "../network/shapes.ts";

export type Numbers = Float32Array<ArrayBuffer>;

/** One end of a channel, which keeps what has arrived until it is asked for. */
export class Line {
  port: MessagePort;
  arrived: unknown[];
  waiting: ((message: never) => void)[];

  constructor(port: MessagePort) {
    this.port = port;
    this.arrived = [];
    this.waiting = [];
    port.onmessage = ({ data }) => {
      const answer = this.waiting.shift();
      answer ? answer(data as never) : this.arrived.push(data);
    };
  }

  send(message: object, transferred: Transferable[] = []) {
    this.port.postMessage(message, transferred);
  }

  /** Return the next message. */
  next<T>(): Promise<T> {
    return this.arrived.length > 0
      ? Promise.resolve(this.arrived.shift() as T)
      : new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** What makes a member of a worker: see `memberOf`. */
export interface Joining {
  do: "join";
  learner: [shape: Shape, code: Uint8Array, rows: number, steps: number];
  number: number;
  ports: (MessagePort | null)[];
}

/** What a member does when it is asked to. */
export type Work = "gradients" | "update" | "losses" | "forget" | "refresh" | "begin" | "swap";

/** What one worker does of a team's work. */
export class Member {
  learner: Learner;
  lines: (Line | null)[];
  arrays: Numbers[]; // what came last from each other worker, in which its next numbers go

  /**
   * @param learner of this worker's rows
   * @param lines to all; null to itself
   */
  constructor(learner: Learner, lines: (Line | null)[]) {
    this.learner = learner;
    this.lines = lines;
    this.arrays = [];
  }

  /** Compute a gradient, and the sum of all workers' for the own part. */
  async gradients(batch: Batch & Teaching) {
    const { learner } = this;
    const { parts, part } = learner;
    const nats = learner.gradients(batch);
    const own = learner.gradient.subarray(...part);
    await this.exchange((n) => learner.gradient.subarray(...parts[n]));
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
    await this.exchange((n) => learner.weights.subarray(...learner.parts[n]));
    if (lines[0]) {
      this.#take(0, learner.part);
    }
    await this.#share();
  }

  /** Give the others the own part of the weights, and take theirs. */
  async #share() {
    const { learner } = this;
    await this.exchange(() => learner.weights.subarray(...learner.part));
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
  async exchange(numbers: (n: number) => Numbers) {
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

  losses(batch: Reading) {
    return { losses: this.learner.losses(batch), expected: batch.expected };
  }

  forget({ rows }: { rows?: number[] }) {
    this.learner.forget(rows);
  }
}

/**
 * Do a member's share of the work of the team at the other end of `port`, and of its next teams.
 */
export async function share(port: MessagePort) {
  const line = new Line(port);
  let member: Member | undefined;
  for (;;) {
    const message = await line.next<Joining | { do: "leave" | Work }>();
    if (message.do === "leave") {
      return close();
    }
    try {
      if (message.do === "join") {
        member = memberOf(message, member);
        line.send({});
      } else {
        line.send((await (member as Member)[message.do](message as never)) ?? {});
      }
    } catch (error) {
      line.send({ error: String(error) });
    }
  }
}

/**
 * Make a member of a team. It gets code, as compiled code can't travel through ports between the
 * workers of a page that was opened from disk. The memory is that of this worker's member before.
 */
export function memberOf(
  { learner: [shape, code, rows, steps], number, ports }: Joining,
  before?: Member,
) {
  const lines = ports.map((port) => port && new Line(port));
  const module = new WebAssembly.Module(code as BufferSource);
  const team = { number, size: ports.length, memory: before?.learner.heap.memory };
  return new Member(new Learner(shape, module, rows, steps, team), lines);
}
