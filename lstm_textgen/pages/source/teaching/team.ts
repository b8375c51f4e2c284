/**
 * Workers that share a batch: each has some of its rows, computes their gradient, and adds up a
 * part of the gradients of all. It moves the weights of this part, and sends them to the others.
 */

import {
  type Batch,
  dealt,
  drawMasks,
  type Reading,
  type Teaching,
  type Update,
} from "../network/learning.ts";
import type { Shape } from "../network/shapes.ts";
import { type Joining, Line, type Member, memberOf, type Work } from "./member.ts";

/**
 * Return a function that makes teams with as many of the workers that `share` the other ends of
 * `ports` as make them faster, which it measures once for each network.
 * @param code of kernels.ts
 */
export function recruiter(code: Uint8Array, ports: MessagePort[]) {
  const helpers: Map<string, number> = new Map();
  /** the last one, which gives its memory to the next */
  let team: Team | undefined;
  return async (shape: Shape, rows: number, steps: number) => {
    const make = async (count: number) => {
      team = await Team.make(shape, code, rows, steps, ports.slice(0, count), team?.member);
      team.others = ports.slice(count);
      return team;
    };
    const key = JSON.stringify([shape, rows, steps]);
    team = await make(helpers.get(key) ?? 0);
    if (helpers.has(key)) {
      return team;
    }
    let [best, time] = [0, await team.time(steps)];
    while (2 * best + 1 <= Math.min(ports.length, rows - 1)) {
      team = await make(2 * best + 1);
      const shorter = await team.time(steps);
      if (shorter > time) {
        team = await make(best);
        break;
      }
      [best, time] = [2 * best + 1, shorter];
    }
    helpers.set(key, best);
    return team;
  };
}

/** A `Learner` whose rows are dealt to this worker and to helpers. */
export class Team {
  member: Member;
  helpers: Line[];
  bounds: number[];
  shape: Shape;
  rows: number;
  squares: number;
  weights: Float32Array<ArrayBuffer>;
  others: MessagePort[]; // to helpers that aren't in it

  /**
   * Make a team with the workers that `share` the other ends of `ports`; at most one has no rows.
   * @param code of kernels.ts
   * @param before of an earlier team
   */
  static async make(
    shape: Shape,
    code: Uint8Array,
    rows: number,
    steps: number,
    ports: MessagePort[] = [],
    before?: Member,
  ) {
    const lines = ports.slice(0, rows - 1).map((port) => new Line(port));
    const bounds = dealt(rows, lines.length + 1);
    const ends = channels(bounds.length - 1);
    const [own, ...others] = ends.map((ports, number): Joining => {
      const own = bounds[number + 1] - bounds[number];
      return { do: "join", learner: [shape, code, own, steps], number, ports };
    });
    others.forEach((message, n) => {
      lines[n].send(
        message,
        message.ports.filter((port) => port !== null),
      );
    });
    const team = new Team(memberOf(own, before), lines, bounds, shape);
    await Promise.all(lines.map(answerOf));
    return team;
  }

  /** @param bounds of everyone's rows */
  constructor(member: Member, helpers: Line[], bounds: number[], shape: Shape) {
    this.member = member;
    this.helpers = helpers;
    this.bounds = bounds;
    this.shape = shape;
    this.rows = bounds[bounds.length - 1];
    this.squares = 0;
    this.weights = member.learner.weights;
    this.others = [];
  }

  /**
   * Let everyone act; return what they return.
   * @param message for a member
   */
  async all<W extends Work>(what: W, message: (n: number) => object = () => ({})) {
    this.helpers.forEach((line, n) => line.send({ do: what, ...message(n + 1) }));
    const own = this.member[what](message(0) as never) as ReturnType<Member[W]>;
    return Promise.all([own, ...this.helpers.map(answerOf<Awaited<ReturnType<Member[W]>>>)]);
  }

  /** Return the part of a batch that has a member's rows. */
  part(ids: Int32Array, n: number) {
    const [first, last] = this.bounds.slice(n);
    return ids.filter((_, k) => k % this.rows >= first && k % this.rows < last);
  }

  /** Return the milliseconds that a batch takes, after another. States are empty afterwards. */
  async time(steps: number) {
    const { vocabulary } = this.shape;
    const x = Int32Array.from({ length: this.rows * steps }, (_, n) => (n * n) % vocabulary);
    let begun = 0;
    for (let n = 0; n < 2; n++) {
      begun = performance.now();
      await this.gradients({ x, y: x, scale: 1 });
    }
    const taken = performance.now() - begun;
    await this.forget();
    return taken;
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

  /** Let all rows, or these, begin their next window with an empty state. */
  async forget(rows?: number[]) {
    await this.all("forget", (n) => {
      const [first, last] = this.bounds.slice(n);
      return {
        rows: rows?.filter((row) => row >= first && row < last).map((row) => row - first),
      };
    });
  }

  /** Compute the gradient of the sum of a batch's losses; return this sum, in nats. */
  async gradients({ x, y, scale, steadying, masks, ...drop }: Batch & Teaching) {
    const { bounds, rows, shape } = this;
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

  /** Take a step of Adam by the gradient. */
  async update(update: Update) {
    const { squares } = this;
    await this.all("update", () => ({ update, squares }));
  }

  /** Return the losses of a batch, as `Learner.losses` does. */
  async losses({ x, y, first, softer, expected }: Reading) {
    const { bounds, rows } = this;
    const answers = await this.all("losses", (n) => ({
      x: this.part(x, n),
      y: this.part(y, n),
      first,
      softer,
      expected: expected && new Float64Array(expected.length),
    }));
    const losses = new Float32Array(x.length);
    answers.forEach((answer, n) => {
      const [begin, end] = bounds.slice(n);
      const width = end - begin;
      answer.losses.forEach((loss: number, k: number) => {
        losses[Math.floor(k / width) * rows + begin + (k % width)] = loss;
      });
      expected?.forEach((_, id) => {
        expected[id] += answer.expected?.[id] ?? 0;
      });
    });
    return losses;
  }
}

/** Return a worker's answer; throw an error if there was one. */
async function answerOf<T>(line: Line) {
  const answer = await line.next<T & { error?: string }>();
  if (answer.error) {
    throw new Error(answer.error);
  }
  return answer;
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
