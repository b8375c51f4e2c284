/**
 * Workers that share a batch: each has some of its rows, computes their gradient, and adds up a
 * part of the gradients of all. It moves the weights of this part, and sends them to the others.
 */

import { drawMasks, Learner } from "./learn.js";

/**
 * @typedef {import("./learn.js").Batch} Batch
 * @typedef {import("./learn.js").Teaching} Teaching
 * @typedef {import("./learn.js").Reading} Reading
 * @typedef {import("./learn.js").Update} Update
 * @typedef {import("./network.js").Shape} Shape
 * @typedef {Float32Array<ArrayBuffer>} Numbers
 */

/** One end of a channel, which keeps what has arrived until it is asked for. */
class Line {
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
class Member {
  /**
   * @param {Learner} learner of this worker's rows
   * @param {number} number of this worker @param {(Line | null)[]} lines to all; null to itself
   */
  constructor(learner, number, lines) {
    this.learner = learner;
    this.number = number;
    this.lines = lines;
    const bounds = dealt(learner.count / 4, lines.length).map((place) => 4 * place);
    /** Of each worker: the first and the last number of its part. */
    this.parts = lines.map((_, n) => [bounds[n], bounds[n + 1]]);
    // Arrays travel: with gradients to the worker whose part it is, and back with weights.
    this.ours = this.parts.map(([first, last]) => new Float32Array(last - first));
    /** @type {Numbers[]} */
    this.theirs = [];
  }

  /**
   * Compute a gradient, and the sum of all workers' for the own part.
   * @param {Batch & Teaching} batch
   */
  async gradients(batch) {
    const { learner, parts, number, ours } = this;
    const nats = learner.gradients(batch);
    const [first, last] = parts[number];
    const own = learner.gradient.subarray(first, last);
    this.theirs = await this.exchange((n) => {
      const part = learner.gradient.subarray(...parts[n]);
      // Without an update since the last gradient the array is still away.
      ours[n] = ours[n].length ? ours[n] : new Float32Array(part.length);
      ours[n].set(part);
      return ours[n];
    });
    this.theirs.forEach((more) => {
      for (let n = 0; n < own.length; n++) {
        own[n] += more[n];
      }
    });
    return { nats, squares: learner.squares(first, last) };
  }

  /**
   * Move the weights of the own part, and take the others'.
   * @param {{update: Update, squares: number}} message
   */
  async update({ update, squares }) {
    const { learner, parts, number, theirs } = this;
    learner.step(update, squares, ...parts[number]);
    this.ours = await this.exchange((n) => {
      theirs[n].set(learner.weights.subarray(...parts[number]));
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

  /** @param {{weights: Float32Array | null}} message null: they are here already */
  refresh({ weights }) {
    if (weights) {
      this.learner.weights.set(weights);
    }
    this.learner.refresh();
  }
}

/**
 * Do a member's share of the work of the team at the other end of `port`, and of its next teams.
 * A page from disk can't send compiled code through a port, so each worker compiles its own.
 * @param {MessagePort} port @param {WebAssembly.Module} module
 */
export async function share(port, module) {
  const line = new Line(port);
  let member;
  for (;;) {
    const message = await line.next();
    try {
      if (message.do === "join") {
        member = memberOf(message, module);
        line.send({});
      } else {
        line.send((await /** @type {any} */ (member)[message.do](message)) ?? {});
      }
    } catch (error) {
      line.send({ error: String(error) });
    }
  }
}

/** A `Learner` whose rows are dealt to this worker and to helpers. */
export class Team {
  /**
   * Make a team with the workers that `share` the other ends of `ports`; at most one has no rows.
   * @param {Shape} shape @param {WebAssembly.Module} module @param {number} rows
   * @param {number} steps @param {MessagePort[]} ports
   */
  static async make(shape, module, rows, steps, ports = []) {
    const lines = ports.slice(0, rows - 1).map((port) => new Line(port));
    const bounds = dealt(rows, lines.length + 1);
    const ends = channels(bounds.length - 1);
    const [own, ...others] = ends.map((ports, number) => {
      const learner = { shape, rows: bounds[number + 1] - bounds[number], steps };
      return { do: "join", learner, number, ports };
    });
    others.forEach((message, n) => {
      lines[n].send(
        message,
        message.ports.filter((port) => port !== null),
      );
    });
    const team = new Team(memberOf(own, module), lines, bounds, shape);
    await Promise.all(lines.map(answerOf));
    return team;
  }

  /**
   * @param {Member} member @param {Line[]} helpers @param {number[]} bounds of everyone's rows
   * @param {Shape} shape
   */
  constructor(member, helpers, bounds, shape) {
    this.member = member;
    this.helpers = helpers;
    this.bounds = bounds;
    this.shape = shape;
    this.squares = 0;
    this.weights = member.learner.weights;
  }

  /**
   * Let everyone act; return what they return.
   * @param {"gradients" | "update" | "losses" | "forget" | "refresh"} what
   * @param {(n: number) => any} message for a member
   */
  async all(what, message) {
    this.helpers.forEach((line, n) => {
      line.send({ do: what, ...message(n + 1) });
    });
    const own = this.member[what](message(0));
    return Promise.all([own, ...this.helpers.map(answerOf)]);
  }

  /**
   * Return the part of a batch that has a member's rows.
   * @param {Int32Array} ids @param {number} n
   */
  part(ids, n) {
    const [first, last] = this.bounds.slice(n);
    const rows = this.bounds[this.bounds.length - 1];
    return ids.filter((_, k) => k % rows >= first && k % rows < last);
  }

  /** Use weights that were written from outside. */
  async refresh() {
    await this.all("refresh", (n) => ({ weights: n ? this.weights : null }));
  }

  /**
   * Let all rows, or these, begin their next window with an empty state.
   * @param {number[]} [rows]
   */
  async forget(rows) {
    await this.all("forget", (n) => {
      const [first, last] = this.bounds.slice(n);
      return {
        rows: rows?.filter((row) => row >= first && row < last).map((row) => row - first),
      };
    });
  }

  /**
   * Compute the gradient of the sum of a batch's losses; return this sum, in nats.
   * @param {Batch & Teaching} batch
   */
  async gradients({ x, y, scale, steadying, masks, ...drop }) {
    const { bounds, shape } = this;
    const rows = bounds[bounds.length - 1];
    const drawn = masks ?? drawMasks(shape, rows, drop);
    const answers = await this.all("gradients", (n) => ({
      x: this.part(x, n),
      y: this.part(y, n),
      scale,
      steadying,
      masks: drawn.map((mask) => {
        const width = (mask?.length ?? 0) / rows;
        return mask?.slice(bounds[n] * width, bounds[n + 1] * width);
      }),
    }));
    this.squares = answers.reduce((sum, { squares }) => sum + squares, 0);
    return answers.reduce((sum, { nats }) => sum + nats, 0);
  }

  /**
   * Take a step of Adam by the gradient.
   * @param {Update} update
   */
  async update(update) {
    const { squares } = this;
    await this.all("update", () => ({ update, squares }));
  }

  /**
   * Return the losses of a batch, as `Learner.losses` does.
   * @param {Reading} batch
   */
  async losses({ x, y, first, expected }) {
    const { bounds } = this;
    const rows = bounds[bounds.length - 1];
    const answers = await this.all("losses", (n) => ({
      x: this.part(x, n),
      y: this.part(y, n),
      first,
      expected: expected && new Float64Array(expected.length),
    }));
    const losses = new Float32Array(x.length);
    answers.forEach((answer, n) => {
      const [begin, end] = bounds.slice(n);
      const width = end - begin;
      answer.losses.forEach((/** @type {number} */ loss, /** @type {number} */ k) => {
        losses[Math.floor(k / width) * rows + begin + (k % width)] = loss;
      });
      expected?.forEach((_, id) => {
        expected[id] += answer.expected[id];
      });
    });
    return losses;
  }
}

/**
 * Make a member of a team.
 * @param {{learner: {shape: Shape, rows: number, steps: number}, number: number,
 *   ports: (MessagePort | null)[]}} message
 * @param {WebAssembly.Module} module
 */
function memberOf({ learner: { shape, rows, steps }, number, ports }, module) {
  const lines = ports.map((port) => port && new Line(port));
  return new Member(new Learner(shape, module, rows, steps), number, lines);
}

/**
 * Return a worker's answer; throw an error if there was one.
 * @param {Line} line
 */
async function answerOf(line) {
  const answer = await line.next();
  if (answer.error) {
    throw new Error(answer.error);
  }
  return answer;
}

/**
 * Return channels between `count` workers: for each one its ends, null for that to itself.
 * @param {number} count @returns {(MessagePort | null)[][]}
 */
function channels(count) {
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

/**
 * Deal a `length` evenly; return where the parts begin, and where the last one ends.
 * @param {number} length @param {number} parts
 */
function dealt(length, parts) {
  return Array.from({ length: parts + 1 }, (_, n) => Math.floor((length * n) / parts));
}
