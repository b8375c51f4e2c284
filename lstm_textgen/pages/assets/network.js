/**
 * The network: one step of one stream of text. The formulas are those of `engine.hy`, which has
 * their sources; weights come in Keras' order, as `playground.hy` packs them.
 */

import { fromHalf } from "./binary.js";

/**
 * @typedef {import("./model.js").Facts} Facts
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
   * @param {Facts} facts
   * @param {Uint8Array} weights
   * @param {Uint8Array} code of product.wasm
   */
  constructor(facts, weights, code) {
    const size = facts.units.length;
    const heap = new Heap(roomFor(facts));
    const product = makeProduct(heap, code);
    const read = reader(weights, facts.bits, heap);
    this.embedding = read.table(size, facts.embedding);
    this.input = heap.array(facts.embedding);
    let width = facts.embedding;
    this.layers = facts.layers.map((layer) => {
      const Kind = layer[0] === "gru" ? Gru : Lstm;
      const made = new Kind(heap, product, read, width, layer);
      width = made.units;
      return made;
    });
    this.dense = read.matrix(width, size);
    this.bias = read.table(1, size)[0];
    this.product = product;
    this.output = heap.array(size);
    this.logits = this.output.subarray(0, size);
    /** All that a step changes and the next one reads. */
    this.state = [this.logits, ...this.layers.flatMap(({ h, c }) => [h, c])];
  }

  /**
   * Read the unit `id` without computing logits, which is faster.
   * @param {number} id
   */
  advance(id) {
    this.input.set(this.embedding[id]);
    let x = this.input;
    for (const layer of this.layers) {
      layer.feed(x);
      layer.step();
      x = layer.h;
    }
    return x;
  }

  /**
   * Read the unit `id` and return the logits, which the next step overwrites.
   * @param {number} id
   */
  step(id) {
    this.product(this.dense, this.advance(id), this.output);
    add(this.logits, this.bias);
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

  /**
   * Restore what `save` returned or, without argument, forget everything read.
   * @param {Float32Array[]} [saved]
   */
  restore(saved) {
    this.state.forEach((array, n) => {
      saved ? array.set(saved[n]) : array.fill(0);
    });
  }
}

/** A recurrent layer: what all kinds have in common. */
class Layer {
  /**
   * @param {Heap} heap @param {Product} product @param {ReturnType<typeof reader>} read
   * @param {number} width of its input @param {Facts["layers"][0]} layer
   */
  constructor(heap, product, read, width, [kind, units]) {
    const gates = units * GATES[kind];
    this.product = product;
    this.units = units;
    this.inputs = read.matrix(width, gates);
    this.recurrent = read.matrix(units, gates);
    // A GRU has a bias for its input and another for its state.
    this.biases = read.table(kind === "gru" ? 2 : 1, gates);
    this.a = heap.array(gates); // what its gates get from the input,
    this.b = heap.array(gates); // and from the state
    this.h = heap.array(units);
    this.c = heap.array(units);
  }

  /**
   * Give the gates the input `x` and the state.
   * @param {Float32Array} x
   */
  feed(x) {
    this.product(this.inputs, x, this.a);
    this.product(this.recurrent, this.h, this.b);
    this.biases.forEach((bias, n) => add(n ? this.b : this.a, bias));
  }

  /** The memory, from -1 to 1. */
  get activation() {
    return this.h;
  }
}

/** An LSTM layer: c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c); gates in the order i f g o. */
class Lstm extends Layer {
  step() {
    const { a, b, h, c, units: u } = this;
    for (let n = 0; n < u; n++) {
      const i = sigmoid(a[n] + b[n]);
      const f = sigmoid(a[u + n] + b[u + n]);
      const g = tanh(a[2 * u + n] + b[2 * u + n]);
      const o = sigmoid(a[3 * u + n] + b[3 * u + n]);
      c[n] = f * c[n] + i * g;
      h[n] = o * tanh(c[n]);
    }
  }

  get activation() {
    return this.c.map(tanh);
  }
}

/** A GRU layer: n = tanh(x + σ(r)·(h·U + b)) and h ← n + σ(z)·(h - n); gates in the order z r n. */
class Gru extends Layer {
  step() {
    const { a, b, h, units: u } = this;
    for (let k = 0; k < u; k++) {
      const z = sigmoid(a[k] + b[k]);
      const r = sigmoid(a[u + k] + b[u + k]);
      const n = tanh(a[2 * u + k] + r * b[2 * u + k]);
      h[k] = n + z * (h[k] - n);
    }
  }
}

/** @param {Float32Array} sums @param {Float32Array} more what is added to them */
function add(sums, more) {
  for (let n = 0; n < more.length; n++) {
    sums[n] += more[n];
  }
}

/** @param {number} x */
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
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
 * @param {Facts} facts
 */
function roomFor(facts) {
  let width = facts.embedding;
  let room = pad(width);
  for (const [kind, units] of facts.layers) {
    const gates = pad(units * GATES[kind]);
    room += gates * (pad(width) + pad(units) + 2) + 2 * pad(units);
    width = units;
  }
  return room + pad(facts.units.length) * (pad(width) + 1);
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
 * @param {Uint8Array} weights @param {number} bits @param {Heap} heap
 */
function reader(weights, bits, heap) {
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
    /**
     * Transposed: a row of `inputs` numbers for each output, in the heap.
     * @param {number} inputs @param {number} outputs
     */
    matrix(inputs, outputs) {
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
