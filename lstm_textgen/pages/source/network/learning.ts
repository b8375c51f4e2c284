/**
 * A network that learns: the gradients of a batch's losses, and steps of Adam, as in
 * `StockLearner`.
 *
 * A batch has `rows` texts, each read for `steps` steps: its place n is row n % rows at the step n
 * / rows, rounded down.
 */

import { Heap, Matrix, pad } from "./heap.ts";
import { InputLayer, LstmLayer, OutputLayer, Workshop } from "./layer.ts";
import { named, type Shape, sizesOf, weightsIn } from "./shapes.ts";

/** Of dropout, (rows × width) each: of what the first layer reads, then of each layer's output. */
export type Masks = (Float32Array | null)[];

export interface Batch {
  x: Int32Array; // (steps × rows) ids
  y: Int32Array; // what followed; -1: no loss
  empty?: boolean; // whether rows begin with an empty state, not where they ended before
}

/** What else a step of learning needs. */
export interface Teaching {
  scale: number; // of each loss in the gradient
  /** of layers with `from` hidden units or more: see `regularized` in network.hy */
  steadying?: { from: number; alpha: number; beta: number };
}

export interface Dropout {
  dropout?: number; // after each layer
  before?: number; // the first one
  random?: () => number;
}

export type Reading = Batch & { softer?: number; expected?: Float64Array };

export interface Update {
  rate: number;
  clip: number; // the largest norm of the gradient
  beta1: number;
  beta2: number;
  epsilon: number;
  part?: number; // of the way from the average to the weights, by which it moves then
}

/** A network, its gradient, and what Adam keeps. */
export class Learner {
  shape: Shape;
  rows: number;
  steps: number;
  decayed: number[];
  parts: number[][]; // Of each member of the team: where its part of the weights begins and ends.
  part: number[];
  input: InputLayer;
  layers: LstmLayer[];
  output: OutputLayer;
  moved: number[]; // Where Adam finds its part: the weights, the gradient, and what it keeps.
  average: number; // Where the average of this part of the weights is.
  heap: Heap;
  weights: Float32Array<ArrayBuffer>; // All weights in Keras' order; `refresh` after changing them.
  gradient: Float32Array<ArrayBuffer>;
  /** Where the windows ended that were learned, and those that were only read. */
  ends: { learned: Float32Array<ArrayBuffer>[][]; read: Float32Array<ArrayBuffer>[][] };

  /**
   * @param module of kernels.ts
   * @param team its place among how many that move a part of the weights each; and an earlier
   * learner's memory
   */
  constructor(
    shape: Shape,
    module: WebAssembly.Module,
    rows: number,
    steps: number,
    {
      number = 0,
      size = 1,
      memory,
    }: { number?: number; size?: number; memory?: WebAssembly.Memory } = {},
  ) {
    this.shape = shape;
    this.rows = rows;
    this.steps = steps;
    this.decayed = [1, 1]; // β₁ and β₂ to the power of the number of updates
    const heap = new Heap();
    const count = weightsIn(shape);
    const bounds = dealt(pad(count) / 4, size).map((place) => 4 * place);
    this.parts = Array.from({ length: size }, (_, n) => [bounds[n], bounds[n + 1]]);
    this.part = this.parts[number];
    const [first, last] = this.part;
    // The last row is added to four numbers at a time.
    const [weights, gradient] = [0, 1].map(() => heap.take(count + 3));
    const { input, layers, output } = layOut(heap, shape, weights, gradient, rows, steps);
    this.input = input;
    this.layers = layers;
    this.output = output;
    // At the end, as a team whose speed is measured never uses them.
    const [mean, square, average] = [0, 1, 2].map(() => heap.take(last - first));
    this.moved = [weights + 4 * first, gradient + 4 * first, mean, square];
    this.average = average;
    heap.open(module, memory);
    this.heap = heap;
    this.weights = heap.numbers.subarray(weights / 4, weights / 4 + count);
    this.gradient = heap.numbers.subarray(gradient / 4, gradient / 4 + count);
    const empty = () => this.layers.map(({ state }) => state.map((array) => array.slice()));
    this.ends = { learned: empty(), read: empty() };
  }

  /** Use weights that were written from outside. */
  refresh() {
    [...this.layers, this.output].forEach((layer) => layer.refresh());
  }

  /** Compute the gradient of the sum of a batch's losses; return this sum, in nats. */
  gradients({ scale, steadying, masks, ...batch }: Batch & Teaching & { masks: Masks }) {
    const { input, layers, output } = this;
    const losses = this.forward(batch, { scale }, this.ends.learned, masks);
    output.backward(layers[layers.length - 1].output, layers[layers.length - 1].dh);
    for (let n = layers.length - 1; n >= 0; n--) {
      layers[n].backward(steadying && layers[n].units >= steadying.from ? steadying : null, scale);
      if (n > 0) {
        layers[n].finish(layers[n - 1].output, layers[n].z, layers[n - 1].dh);
      }
    }
    input.backward();
    return losses.reduce((sum, loss) => sum + loss, 0);
  }

  /**
   * Read a batch; return the losses at all places, in nats, which the next batch overwrites.
   * @param form of the losses: see OutputLayer
   * @param ends where rows begin, and then end
   */
  forward(
    { x, y, empty }: Batch,
    form: { scale?: number; softer?: number },
    ends: Float32Array[][],
    masks: Masks = [],
  ) {
    const { heap, input, layers, output } = this;
    if (empty) {
      ends.flat().forEach((state) => state.fill(0));
    }
    [input, ...layers].forEach((layer, n) => {
      const mask = masks[n];
      layer.dropped = Boolean(mask);
      for (let row = 0; mask && row < this.rows; row++) {
        const { width } = layer.mask;
        heap.numbers.set(mask.subarray(row * width, (row + 1) * width), layer.mask.row(row) / 4);
      }
    });
    layers.forEach((layer, n) => {
      layer.state.forEach((state, k) => state.set(ends[n][k]));
      if (n > 0) {
        layer.feed(layers[n - 1].output, layer.z);
      } else {
        input.forward(x);
      }
      layer.forward();
      layer.end.forEach((end, k) => ends[n][k].set(end));
    });
    return output.forward(layers[layers.length - 1].output, y, form);
  }

  /**
   * Return the losses at all places of a batch, in nats, without learning from it. Its rows follow
   * those of the last call. Logits are divided by `softer`. To `expected` the probabilities of each
   * unit are added, at all places that have a loss.
   */
  losses({ softer, expected, ...batch }: Reading) {
    const losses = this.forward(batch, { softer }, this.ends.read).slice();
    if (expected) {
      // The gradient of a logit is its probability, less 1 for the unit that came.
      const more = this.output.sum();
      expected.forEach((_, id) => {
        expected[id] += more[id];
      });
      for (const id of batch.y.filter((id) => id >= 0)) {
        expected[id]++;
      }
    }
    return losses;
  }

  /** Return the sum of the squares of the gradient's part. */
  squares() {
    const [first, last] = this.part;
    return this.heap.kernels.squares(this.moved[1], last - first);
  }

  /**
   * Let Adam change the part of the weights.
   * @param squares the sum of those of the whole gradient
   */
  step({ rate, clip, beta1, beta2, epsilon, part = 0 }: Update, squares: number) {
    this.decayed = [beta1 * this.decayed[0], beta2 * this.decayed[1]];
    const [decayed1, decayed2] = this.decayed;
    const scale = Math.min(1, clip / Math.sqrt(squares));
    const step = (rate * Math.sqrt(1 - decayed2)) / (1 - decayed1);
    const [first, last] = this.part;
    this.heap.kernels.adam(...this.moved, last - first, scale, step, beta1, beta2, epsilon);
    if (part) {
      this.#approach(part);
    }
  }

  /** Begin the average of the part of the weights with those of now. */
  begin() {
    this.#approach(1);
  }

  /**
   * Move the average toward the weights.
   * @param part of the way
   */
  #approach(part: number) {
    const [first, last] = this.part;
    this.heap.kernels.approach(this.moved[0], last - first, part, this.average);
  }

  /** Swap the part of the weights with their average. */
  swap() {
    const [first, last] = this.part;
    this.heap.kernels.swap(this.moved[0], this.average, last - first);
    this.refresh();
  }
}

/**
 * Give a network's layers their places, for batches of `rows` and `steps`.
 * @param weights where all weights are
 * @param gradient the same
 */
function layOut(
  heap: Heap,
  shape: Shape,
  weights: number,
  gradient: number,
  rows: number,
  steps: number,
) {
  const { vocabulary, embedding, layers: units } = shape;
  const most = Math.max(vocabulary, 4 * Math.max(...units));
  const workshop = new Workshop(heap, Math.max(embedding, ...units), most, rows * steps);
  let place = 0;
  const matrices = sizesOf(shape).map(({ rows, columns }) => {
    const pair = [weights, gradient].map((at) => new Matrix(at + 4 * place, rows, columns));
    place += rows * columns;
    return pair;
  });
  const parts = named(matrices);
  const layers = parts.layers.map((own) => new LstmLayer(workshop, own, rows, steps));
  const input = new InputLayer(workshop, parts.embedding, layers[0]);
  return { input, layers, output: new OutputLayer(workshop, parts, rows * steps) };
}

/** Deal a `length` evenly; return where the parts begin, and where the last one ends. */
export function dealt(length: number, parts: number) {
  return Array.from({ length: parts + 1 }, (_, n) => Math.floor((length * n) / parts));
}

/** Draw masks of dropout for a batch with so many `rows`. */
export function drawMasks(
  { embedding, layers }: Shape,
  rows: number,
  { dropout = 0, before = 0, random = Math.random }: Dropout,
): Masks {
  const mask = (width: number, share: number) =>
    share > 0
      ? Float32Array.from({ length: rows * width }, () => (random() < share ? 0 : 1 / (1 - share)))
      : null;
  return [mask(embedding, before), ...layers.map((units) => mask(units, dropout))];
}
