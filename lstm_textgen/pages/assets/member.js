/** What a worker of a team does: it computes a part of everything, and exchanges it with the rest. */

import { Learner } from "./learn.js";

/**
 * @typedef {import("./learn.js").Batch} Batch
 * @typedef {import("./learn.js").Teaching} Teaching
 * @typedef {import("./learn.js").Reading} Reading
 * @typedef {import("./learn.js").Update} Update
 * @typedef {Float32Array<ArrayBuffer>} Numbers
 */

/** One end of a channel, which keeps what has arrived until it is asked for. */
export class Line {
  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
    /** @type {any[]} */
    this.arrived = [];
    /** @type {((message: any) => void)[]} */
    this.waiting = [];
    port.onmessage = ({ data }) => {
      const answer = this.waiting.shift();
      answer ? answer(data) : this.arrived.push(data);
    };
  }

  /**
   * @param {any} message @param {Transferable[]} [transferred]
   */
  send(message, transferred = []) {
    this.port.postMessage(message, transferred);
  }

  /** Return the next message. @returns {Promise<any>} */
  next() {
    return this.arrived.length > 0
      ? Promise.resolve(this.arrived.shift())
      : new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** What one worker does of a team's work. */
export class Member {
  /**
   * @param {Learner} learner of this worker's rows
   * @param {(Line | null)[]} lines to all; null to itself
   */
  constructor(learner, lines) {
    this.learner = learner;
    this.lines = lines;
    // Arrays travel: with gradients to the worker whose part it is, and back with weights.
    /** @type {Numbers[]} */
    this.ours = [];
    /** @type {Numbers[]} */
    this.theirs = [];
  }

  /**
   * Compute a gradient, and the sum of all workers' for the own part.
   * @param {Batch & Teaching} batch
   */
  async gradients(batch) {
    const { learner, ours } = this;
    const { parts, part } = learner;
    const nats = learner.gradients(batch);
    const own = learner.gradient.subarray(...part);
    this.theirs = await this.exchange((n) => {
      const [from, to] = parts[n];
      // One that was sent, and hasn't come back, is empty.
      const array = ours[n]?.length ? ours[n] : new Float32Array(to - from);
      array.set(learner.gradient.subarray(from, to));
      return array;
    });
    this.theirs.forEach((more) => {
      for (let n = 0; n < own.length; n++) {
        own[n] += more[n];
      }
    });
    return { nats, squares: learner.squares() };
  }

  /**
   * Move the weights of the own part, and take the others'.
   * @param {{update: Update, squares: number}} message
   */
  async update({ update, squares }) {
    const { learner, theirs } = this;
    const { parts, part } = learner;
    learner.step(update, squares);
    this.ours = await this.exchange((n) => {
      theirs[n].set(learner.weights.subarray(...part));
      return theirs[n];
    });
    this.ours.forEach((weights, n) => {
      const [first] = parts[n];
      learner.weights.set(weights.subarray(0, learner.weights.length - first), first); // no padding
    });
    learner.refresh();
  }

  /**
   * Send each other worker an array; return those that come.
   * @param {(n: number) => Numbers} make @returns {Promise<Numbers[]>} sparse
   */
  async exchange(make) {
    const others = this.lines.flatMap((line, n) => (line ? [{ line, n }] : []));
    for (const { line, n } of others) {
      const array = make(n);
      line.send(array, [array.buffer]);
    }
    /** @type {Numbers[]} */
    const arrays = [];
    for (const { line, n } of others) {
      arrays[n] = await line.next();
    }
    return arrays;
  }

  /** @param {Reading} batch */
  losses(batch) {
    return { losses: this.learner.losses(batch), expected: batch.expected };
  }

  /** @param {{rows?: number[]}} message */
  forget({ rows }) {
    this.learner.forget(rows);
  }

  /** @param {{weights: Numbers | null}} message null: they are here already */
  refresh({ weights }) {
    if (weights) {
      this.learner.weights.set(weights);
    }
    this.learner.refresh();
    return { weights }; // so that this need not take memory again
  }
}

/**
 * Do a member's share of the work of the team at the other end of `port`, and of its next teams.
 * @param {MessagePort} port
 */
export async function share(port) {
  const line = new Line(port);
  let member;
  for (;;) {
    const message = await line.next();
    if (message.do === "leave") {
      return close();
    }
    try {
      if (message.do === "join") {
        member = memberOf(message, member);
        line.send({});
      } else {
        const answer = (await /** @type {any} */ (member)[message.do](message)) ?? {};
        line.send(answer, answer.weights ? [answer.weights.buffer] : []);
      }
    } catch (error) {
      line.send({ error: String(error) });
    }
  }
}

/**
 * Make a member of a team. It gets code, as compiled code can't travel through ports between the
 * workers of a page that was opened from disk. The memory is that of this worker's member before.
 * @param {{learner: any[], number: number, ports: (MessagePort | null)[]}} message
 * @param {Member} [before]
 */
export function memberOf({ learner: [shape, code, rows, steps], number, ports }, before) {
  const lines = ports.map((port) => port && new Line(port));
  const module = new WebAssembly.Module(code);
  const team = { number, size: ports.length, memory: before?.learner.heap.memory };
  return new Member(new Learner(shape, module, rows, steps, team), lines);
}
