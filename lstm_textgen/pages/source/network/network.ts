/**
 * The network: one step of one stream of text. The formulas are those of `engine.hy`, which has
 * their sources.
 */

import type { Facts } from "../types.ts";
import { Heap, type Matrix, placeIn } from "./heap.ts";
import { rowsIn } from "./packing.ts";
import { type NamedOfLayer, named, networkShape, type Size, sizesOf } from "./shapes.ts";
import { Streams } from "./streams.ts";

/** Of a layer. */
export type Cells = { gates: Float32Array; h: Float32Array; c: Float32Array };

/** A network with a state; `logits` (size,) holds the result of the last step. */
export class Network {
  heap: Heap;
  read: Matrix;
  layers: Layer[];
  dense: Matrix;
  bias: Matrix;
  output: Matrix;
  streams: Streams;
  embedding: Float32Array<ArrayBufferLike>[]; // A row of it for each unit.
  logits: Float32Array<ArrayBuffer>;
  state: Float32Array<ArrayBuffer>[]; // All that a step changes and the next one reads.

  /**
   * @param weights packed
   * @param module of kernels.ts; null: without it, which is slower
   * @param together texts at most that take a step at once
   */
  constructor(facts: Facts, weights: Uint8Array, module: WebAssembly.Module | null, together = 1) {
    const { embedding, layers, dense } = named(sizesOf(networkShape(facts)));
    const { rows: vocabulary, columns: width } = embedding;
    const heap = new Heap();
    this.heap = heap;
    this.read = heap.matrix(1, width);
    this.layers = layers.map((sizes) => new Layer(heap, sizes));
    this.dense = heap.packed(vocabulary, dense.rows);
    this.bias = heap.matrix(1, vocabulary);
    this.output = heap.matrix(1, vocabulary);
    this.streams = new Streams(heap, this, vocabulary, together);
    heap.open(module);
    const flat = new Float32Array(vocabulary * width);
    this.embedding = facts.units.map((_, id) => flat.subarray(id * width, (id + 1) * width));
    this.load(facts, weights);
    this.logits = heap.view(this.output).subarray(0, vocabulary);
    this.state = [this.logits, ...this.layers.flatMap(({ h, c }) => [h, c])];
  }

  /**
   * Take weights, also other ones later.
   * @param weights packed
   */
  load(facts: Facts, weights: Uint8Array) {
    const { heap } = this;
    const rows = rowsIn(weights, facts);
    const next = () => rows.next().value as Float32Array;
    this.embedding.forEach((row) => row.set(next()));
    this.layers.forEach((layer) => layer.load(next));
    transpose(heap, next, this.dense);
    heap.view(this.bias).set(next());
  }

  /** Read the unit `id` without computing logits, which is faster. */
  advance(id: number) {
    this.heap.view(this.read).set(this.embedding[id]);
    let x = this.read;
    for (const layer of this.layers) {
      layer.feed(x);
      layer.step();
      x = layer.output;
    }
    return x;
  }

  /** Read the unit `id` and return the logits, which the next step overwrites. */
  step(id: number) {
    this.heap.multiply(this.dense, this.advance(id), this.bias, this.output);
    return this.logits;
  }

  /** The last layer's output, a buffer. */
  get hidden() {
    return this.layers[this.layers.length - 1].h;
  }

  /** Return a copy of the state. */
  save() {
    return this.state.map((array) => array.slice());
  }

  /** Restore what `save` returned or, without argument, forget everything read. */
  restore(saved?: Float32Array[]) {
    this.state.forEach((array, n) => {
      saved ? array.set(saved[n]) : array.fill(0);
    });
  }
}

/** An LSTM layer: c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c); gates in the order i f g o. */
class Layer {
  heap: Heap;
  units: number;
  kernel: Matrix;
  recurrent: Matrix;
  bias: Matrix;
  sums: Matrix;
  output: Matrix;
  gates: Float32Array<ArrayBuffer>;
  h: Float32Array<ArrayBuffer>;
  c: Float32Array<ArrayBuffer>;

  constructor(heap: Heap, { kernel, recurrent }: NamedOfLayer<Size>) {
    const { rows: units, columns: gates } = recurrent;
    this.heap = heap;
    this.units = units;
    this.kernel = heap.packed(gates, kernel.rows);
    this.recurrent = heap.packed(gates, units);
    this.bias = heap.matrix(1, gates);
    this.sums = heap.matrix(1, gates); // of what its gates get
    this.output = heap.matrix(1, units);
    this.gates = this.h = new Float32Array();
    this.c = new Float32Array(units);
  }

  /**
   * Take the weights, once there is memory.
   * @param next row of them
   */
  load(next: () => Float32Array) {
    const { heap, units } = this;
    transpose(heap, next, this.kernel);
    transpose(heap, next, this.recurrent);
    heap.view(this.bias).set(next());
    this.gates = heap.view(this.sums);
    this.h = heap.view(this.output).subarray(0, units);
  }

  /** Give the gates the input `x` and the state: a row for each text. */
  feed(x: Matrix, output = this.output, sums = this.sums) {
    this.heap.multiply(this.kernel, x, this.bias.repeated(), sums);
    this.heap.multiply(this.recurrent, output, sums, sums);
  }

  step({ gates, h, c }: Cells = this) {
    const { units: u } = this;
    for (let n = 0; n < u; n++) {
      const i = sigmoid(gates[n]);
      const f = sigmoid(gates[u + n]);
      const g = tanh(gates[2 * u + n]);
      const o = sigmoid(gates[3 * u + n]);
      c[n] = f * c[n] + i * g;
      h[n] = o * tanh(c[n]);
    }
  }

  /** The memory, from -1 to 1. */
  get activation() {
    return this.c.map(tanh);
  }
}

function sigmoid(x: number) {
  return 1 / (1 + Math.exp(-x));
}

function tanh(x: number) {
  return 1 - 2 / (1 + Math.exp(2 * x));
}

/**
 * Pack the transpose of a matrix.
 * @param next row of it
 */
function transpose(heap: Heap, next: () => Float32Array, packed: Matrix) {
  for (let column = 0; column < packed.width; column++) {
    next().forEach((number, n) => {
      heap.numbers[packed.at / 4 + placeIn(packed.width, n, column)] = number;
    });
  }
}
