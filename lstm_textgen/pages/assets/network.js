/**
 * The network: one step of one stream of text. The formulas are those of `engine.hy`, which has
 * their sources; weights come in Keras' order, as `playground.hy` packs them.
 */

import { fromHalf } from "./binary.js";

/**
 * @typedef {object} Shape what determines a network's arrays
 * @property {[string, number, boolean, boolean][]} layers of each recurrent layer: its
 *   kind, its units, whether its gates are hard, whether a GRU's reset gate comes before the product
 * @property {number} size of the vocabulary
 * @property {number} embedding its dimensions
 * @property {number} bits of a weight: 16 or 8
 *
 * @typedef {(matrix: Float32Array, vector: Float32Array, to: Float32Array) => void} Product
 */

/** @type {Record<string, number>} The number of gates of each kind of layer. */
const GATES = { lstm: 4, gru: 3 };

/** Bytes at the beginning of WebAssembly's memory that it reserves. */
const START = 16384;

/** Memory for WebAssembly. */
class Heap {
  /** @param {number} numbers its capacity, in numbers of 32 bits */
  constructor(numbers) {
    const pages = Math.ceil((numbers * 4 + START) / 65536);
    this.memory = globalThis.WebAssembly?.Memory
      ? new WebAssembly.Memory({ initial: pages })
      : { buffer: new ArrayBuffer(pages * 65536) };
    this.used = START;
  }

  /**
   * Return an array of `length` zeros, rounded up to a multiple of 4.
   * @param {number} length
   */
  array(length) {
    const array = new Float32Array(this.memory.buffer, this.used, pad(length));
    this.used += array.byteLength;
    return array;
  }
}

/** A network with a state; `logits` (size,) holds the result of the last step. */
export class Network {
  /**
   * @param {Shape} shape
   * @param {Uint8Array} weights
   * @param {Uint8Array} code of product.wasm
   */
  constructor(shape, weights, code) {
    const heap = new Heap(roomFor(shape));
    const product = makeProduct(heap, code);
    const read = reader(weights, shape.bits);
    this.embedding = read.table(shape.size, shape.embedding);
    this.input = heap.array(shape.embedding);
    let width = shape.embedding;
    this.layers = shape.layers.map(([kind, units, hard, before]) => {
      const gates = units * GATES[kind];
      const inputs = read.matrix(heap, width, gates);
      const recurrent = read.matrix(heap, units, gates);
      width = units;
      // A GRU has a bias for its input and another for its state, unless the gate comes before.
      const bias = read.array(kind === "gru" && !before ? 2 : 1, gates);
      const Kind = before ? GruBefore : kind === "gru" ? Gru : Lstm;
      return new Kind(heap, product, { inputs, recurrent, bias, units, gates, hard });
    });
    this.dense = read.matrix(heap, width, shape.size);
    this.bias = read.array(1, shape.size);
    this.product = product;
    this.output = heap.array(shape.size);
    this.logits = this.output.subarray(0, shape.size);
  }

  /**
   * Read the unit `id` without computing logits, which is faster.
   * @param {number} id
   */
  advance(id) {
    this.input.set(this.embedding[id]);
    let x = this.input;
    for (const layer of this.layers) {
      x = layer.advance(x);
    }
    return x;
  }

  /**
   * Read the unit `id` and return the logits, which the next step overwrites.
   * @param {number} id
   */
  step(id) {
    this.product(this.dense, this.advance(id), this.output);
    for (let n = 0; n < this.logits.length; n++) {
      this.logits[n] += this.bias[n];
    }
    return this.logits;
  }

  /** The last layer's output, a buffer. */
  get hidden() {
    return this.layers[this.layers.length - 1].h;
  }

  /** Return a copy of all that a step changes and the next one reads. */
  save() {
    return [this.logits, ...this.layers.flatMap((layer) => layer.state)].map((a) => a.slice());
  }

  /**
   * Restore what `save` returned or, without argument, forget everything read.
   * @param {Float32Array[]} [saved]
   */
  restore(saved) {
    [this.logits, ...this.layers.flatMap((layer) => layer.state)].forEach((array, n) => {
      saved ? array.set(saved[n]) : array.fill(0);
    });
  }

  /** Return each layer's memory (units,), from -1 to 1. */
  activations() {
    return this.layers.map((layer) => layer.activation());
  }
}

/**
 * @typedef {object} Weights of a layer
 * @property {Float32Array} inputs @property {Float32Array} recurrent @property {Float32Array} bias
 * @property {number} units @property {number} gates numbers of all gates
 * @property {boolean} hard
 */

/** A recurrent layer: what all kinds have in common. */
class Layer {
  /** @param {Heap} heap @param {Product} product @param {Weights} weights */
  constructor(heap, product, weights) {
    this.weights = weights;
    this.product = product;
    this.open = weights.hard ? hardSigmoid : sigmoid;
    this.fromInput = heap.array(weights.gates);
    this.fromState = heap.array(weights.gates);
    this.h = heap.array(weights.units);
    this.state = [this.h];
  }

  /** Return the memory (units,). */
  activation() {
    return this.h.slice(0, this.weights.units);
  }
}

/** An LSTM layer: c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c); gates in the order i f g o. */
class Lstm extends Layer {
  /** @param {Heap} heap @param {Product} product @param {Weights} weights */
  constructor(heap, product, weights) {
    super(heap, product, weights);
    this.c = new Float32Array(weights.units);
    this.state.push(this.c);
  }

  /** @param {Float32Array} x the layer's input */
  advance(x) {
    const { product, open, fromInput: a, fromState: b, h, c } = this;
    const { inputs, recurrent, bias, units: u } = this.weights;
    product(inputs, x, a);
    product(recurrent, h, b);
    for (let n = 0; n < u; n++) {
      const i = open(a[n] + b[n] + bias[n]);
      const f = open(a[u + n] + b[u + n] + bias[u + n]);
      const g = tanh(a[2 * u + n] + b[2 * u + n] + bias[2 * u + n]);
      const o = open(a[3 * u + n] + b[3 * u + n] + bias[3 * u + n]);
      c[n] = f * c[n] + i * g;
      h[n] = o * tanh(c[n]);
    }
    return h;
  }

  activation() {
    return this.c.map(tanh);
  }
}

/** A GRU layer: n = tanh(x + σ(r)·(h·U + b)) and h ← n + σ(z)·(h - n); gates in the order z r n. */
class Gru extends Layer {
  /** @param {Float32Array} x the layer's input */
  advance(x) {
    const { product, open, fromInput: a, fromState: b, h } = this;
    const { inputs, recurrent, bias, units: u } = this.weights;
    const own = 3 * u; // where the bias of the recurrent product begins
    product(inputs, x, a);
    product(recurrent, h, b);
    for (let k = 0; k < u; k++) {
      const z = open(a[k] + b[k] + bias[k] + bias[own + k]);
      const r = open(a[u + k] + b[u + k] + bias[u + k] + bias[own + u + k]);
      const scaled = r * (b[2 * u + k] + bias[own + 2 * u + k]);
      const n = tanh(a[2 * u + k] + bias[2 * u + k] + scaled);
      h[k] = n + z * (h[k] - n);
    }
    return h;
  }
}

/**
 * A GRU layer with the reset gate before the product: n = tanh(x + (σ(r)·h)·U). The product with
 * the whole kernel is taken twice, the first time for z and r, the second for n.
 */
class GruBefore extends Gru {
  /** @param {Heap} heap @param {Product} product @param {Weights} weights */
  constructor(heap, product, weights) {
    super(heap, product, weights);
    this.kept = heap.array(weights.units);
    this.z = new Float32Array(weights.units);
  }

  /** @param {Float32Array} x the layer's input */
  advance(x) {
    const { product, open, fromInput: a, fromState: b, h, kept, z } = this;
    const { inputs, recurrent, bias, units: u } = this.weights;
    product(inputs, x, a);
    product(recurrent, h, b);
    for (let k = 0; k < u; k++) {
      z[k] = open(a[k] + b[k] + bias[k]);
      kept[k] = h[k] * open(a[u + k] + b[u + k] + bias[u + k]);
    }
    product(recurrent, kept, b);
    for (let k = 0; k < u; k++) {
      const n = tanh(a[2 * u + k] + b[2 * u + k] + bias[2 * u + k]);
      h[k] = n + z[k] * (h[k] - n);
    }
    return h;
  }
}

/** @param {number} x */
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/** @param {number} x */
function hardSigmoid(x) {
  return Math.min(1, Math.max(0, x / 6 + 0.5));
}

/** @param {number} x */
function tanh(x) {
  return 1 - 2 / (1 + Math.exp(2 * x));
}

/** @param {number} length */
function pad(length) {
  return (length + 3) & ~3;
}

/**
 * Return the number of numbers in the heap of a network.
 * @param {Shape} shape
 */
function roomFor({ layers, size, embedding }) {
  let width = embedding;
  let room = pad(width);
  for (const [kind, units] of layers) {
    const gates = pad(units * GATES[kind]);
    room += gates * (pad(width) + pad(units) + 2) + 2 * pad(units);
    width = units;
  }
  return room + pad(size) * (pad(width) + 1);
}

/**
 * Return a function that multiplies matrices in the heap with vectors there: in WebAssembly where
 * a browser has it with SIMD, which is five times as fast, or else in JavaScript.
 * @param {Heap} heap @param {Uint8Array} code @returns {Product}
 */
function makeProduct(heap, code) {
  try {
    const module = new WebAssembly.Module(/** @type {BufferSource} */ (code));
    const instance = new WebAssembly.Instance(module, {
      env: { memory: /** @type {WebAssembly.Memory} */ (heap.memory) },
    });
    const product = /** @type {(...numbers: number[]) => void} */ (instance.exports.product);
    return (matrix, vector, to) =>
      product(matrix.byteOffset, vector.byteOffset, to.byteOffset, vector.length, to.length);
  } catch {
    return plainProduct;
  }
}

/** @type {Product} */
function plainProduct(matrix, vector, to) {
  const width = vector.length;
  for (let n = 0; n < to.length; n++) {
    const row = n * width;
    let sum = 0;
    for (let k = 0; k < width; k++) {
      sum += matrix[row + k] * vector[k];
    }
    to[n] = sum;
  }
}

/**
 * Return functions that read the next of `weights`: rows of 16-bit floats or, of 8 bits, of whole
 * numbers after the 32-bit float by which they are multiplied.
 * @param {Uint8Array} weights @param {number} bits
 */
function reader(weights, bits) {
  const view = new DataView(weights.buffer);
  let place = 0;
  /** @param {number} length */
  const row = (length) => {
    const numbers = new Float32Array(length);
    const scale = bits === 8 ? view.getFloat32(place, true) : 1;
    place += bits === 8 ? 4 : 0;
    for (let n = 0; n < length; n++) {
      numbers[n] = bits === 8 ? scale * view.getInt8(place) : fromHalf(view.getUint16(place, true));
      place += bits / 8;
    }
    return numbers;
  };
  return {
    /** @param {number} rows @param {number} columns */
    table: (rows, columns) => Array.from({ length: rows }, () => row(columns)),
    /** @param {number} rows @param {number} columns */
    array: (rows, columns) =>
      Float32Array.from(Array.from({ length: rows }, () => [...row(columns)]).flat()),
    /**
     * Transposed: a row of `inputs` numbers for each output, in the heap.
     * @param {Heap} heap @param {number} inputs @param {number} outputs
     */
    matrix(heap, inputs, outputs) {
      const matrix = heap.array(pad(outputs) * pad(inputs));
      for (let i = 0; i < inputs; i++) {
        row(outputs).forEach((number, o) => {
          matrix[o * pad(inputs) + i] = number;
        });
      }
      return matrix;
    },
  };
}
