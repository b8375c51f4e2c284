/** The layers of a network that learns, forward and backward. */

import { type Heap, Matrix, pad } from "./heap.ts";
import type { Named, NamedOfLayer } from "./shapes.ts";

/** A matrix of them, and that of their gradient. */
export type Weights = Matrix[];

/** What all layers use one after the other. */
export class Workshop {
  heap: Heap;
  nothing: Matrix;
  room: Matrix;

  /**
   * @param widest of the layers' inputs
   * @param most of a layer's outputs or gates
   * @param places of a batch
   */
  constructor(heap: Heap, widest: number, most: number, places: number) {
    this.heap = heap;
    this.nothing = new Matrix(heap.take(most), 1, most, 0);
    this.room = heap.packed(most, Math.max(places, widest + 7)); // or widest × most, padded
  }

  /** Return a packed matrix until the next call: `matrix`, or its transpose. */
  packed(matrix: Matrix, turned: boolean) {
    const { rows, width } = matrix;
    const packed = new Matrix(this.room.at, turned ? width : rows, turned ? rows : width, 0);
    this.heap.pack(matrix, turned, packed);
    return packed;
  }

  /** Set `gradient` to the sum of the outer products of the rows of `x` and of `d`. */
  outer(d: Matrix, x: Matrix, gradient: Matrix) {
    this.heap.multiply(this.packed(d, true), x, this.nothing, gradient, true);
  }

  /** Set `sums`, a row, to those of the rows of `d`. */
  sum(d: Matrix, sums: Matrix) {
    this.heap.view(sums).fill(0);
    this.heap.kernels.addRows(d.at, d.stride, d.rows, pad(d.width), sums.at);
  }
}

/**
 * What the first layer reads: embeddings, which are multiplied with its weights only once for all
 * places that have the same one.
 */
export class InputLayer {
  heap: Heap;
  embedding: Matrix;
  gradient: Matrix;
  layer: LstmLayer;
  mask: Matrix;
  dropped: boolean;
  x: Matrix;
  dx: Matrix;
  z: Matrix;
  slots: Int32Array<ArrayBuffer>;
  found: { id: number; row: number }[];

  /** @param layer the first */
  constructor(workshop: Workshop, embedding: Weights, layer: LstmLayer) {
    const { heap } = workshop;
    this.heap = heap;
    this.embedding = embedding[0];
    this.gradient = embedding[1];
    this.layer = layer;
    const places = layer.z.rows;
    this.mask = heap.matrix(layer.rows, this.embedding.width);
    this.dropped = false;
    this.x = heap.matrix(places, this.embedding.width);
    this.dx = heap.matrix(places, this.embedding.width);
    this.z = heap.matrix(places, layer.z.width);
    this.slots = new Int32Array(places); // of each place
    this.found = [];
  }

  /** Give the gates of the first layer their share for the ids `x`. */
  forward(x: Int32Array) {
    const { heap, embedding, layer } = this;
    const { numbers, kernels } = heap;
    const known = new Map();
    this.found = [];
    x.forEach((id, n) => {
      const row = n % layer.rows;
      const key = this.dropped ? id * layer.rows + row : id; // rows have masks of their own
      if (!known.has(key)) {
        known.set(key, this.found.length);
        this.found.push({ id, row });
      }
      this.slots[n] = known.get(key);
    });
    this.found.forEach(({ id, row }, slot) => {
      const from = embedding.row(id) / 4;
      numbers.copyWithin(this.x.row(slot) / 4, from, from + embedding.width);
      if (this.dropped) {
        kernels.multiply(this.x.row(slot), this.mask.row(row), this.x.stride, this.x.row(slot));
      }
    });
    layer.feed(this.x.part(0, this.found.length), this.z);
    this.slots.forEach((slot, n) => {
      const from = this.z.row(slot) / 4;
      numbers.copyWithin(layer.z.row(n) / 4, from, from + this.z.width);
    });
  }

  /** Compute the gradients of the first layer's kernel and bias, and of the embedding. */
  backward() {
    const { heap, layer, gradient } = this;
    const { kernels } = heap;
    const [x, dx, z] = [this.x, this.dx, this.z].map((all) => all.part(0, this.found.length));
    heap.view(z).fill(0);
    this.slots.forEach((slot, n) => kernels.add(layer.z.row(n), z.width, z.row(slot)));
    layer.finish(x, z, dx);
    heap.view(gradient).fill(0);
    this.found.forEach(({ id, row }, slot) => {
      if (this.dropped) {
        kernels.multiply(dx.row(slot), this.mask.row(row), dx.stride, dx.row(slot));
      }
      kernels.add(dx.row(slot), dx.stride, gradient.row(id));
    });
  }
}

/** An LSTM layer, with gates in the order i f g o. */
export class LstmLayer {
  heap: Heap;
  workshop: Workshop;
  kernel: Matrix;
  kernelGradient: Matrix;
  recurrent: Matrix;
  recurrentGradient: Matrix;
  bias: Matrix;
  biasGradient: Matrix;
  units: number;
  rows: number;
  steps: number;
  turnedKernel: Matrix;
  turnedRecurrent: Matrix;
  z: Matrix;
  h: Matrix;
  c: Matrix;
  dh: Matrix;
  dc: Matrix;
  mask: Matrix;
  dropped: boolean;
  masked: Matrix;

  /** @param steps of a batch */
  constructor(
    workshop: Workshop,
    { kernel, recurrent, bias }: NamedOfLayer<Weights>,
    rows: number,
    steps: number,
  ) {
    const { heap } = workshop;
    this.heap = heap;
    this.workshop = workshop;
    this.kernel = kernel[0];
    this.kernelGradient = kernel[1];
    this.recurrent = recurrent[0];
    this.recurrentGradient = recurrent[1];
    this.bias = bias[0];
    this.biasGradient = bias[1];
    const { width: gates, rows: units } = this.recurrent;
    this.units = units;
    this.rows = rows;
    this.steps = steps;
    this.turnedKernel = heap.packed(gates, this.kernel.rows);
    this.turnedRecurrent = heap.packed(gates, units);
    this.z = heap.matrix(steps * rows, gates); // of gates; then its gradient
    this.h = heap.matrix((steps + 1) * rows, units); // begins with the end of the batch before
    this.c = heap.matrix((steps + 1) * rows, units);
    this.dh = heap.matrix(steps * rows, units);
    this.dc = heap.matrix(rows, units);
    this.mask = heap.matrix(rows, units);
    this.dropped = false;
    this.masked = heap.matrix(steps * rows, units);
  }

  /** Weights have changed. */
  refresh() {
    this.heap.pack(this.kernel, true, this.turnedKernel);
    this.heap.pack(this.recurrent, true, this.turnedRecurrent);
  }

  /** The numbers that a batch begins with. */
  get state() {
    return [this.h, this.c].map((all) => this.heap.view(all, this.rows));
  }

  /** The numbers that it ends with. */
  get end() {
    const from = this.steps * this.rows;
    return [this.h, this.c].map((all) => this.heap.view(all.part(from, this.rows)));
  }

  /** What the next layer reads. */
  get output() {
    return this.dropped ? this.masked : this.h.part(this.rows, this.z.rows);
  }

  /** Set `z` to what the gates get from `x`, a row for each place. */
  feed(x: Matrix, z: Matrix) {
    this.heap.multiply(this.turnedKernel, x, new Matrix(this.bias.at, 1, z.width, 0), z);
  }

  /** Step through the batch. */
  forward() {
    const { heap, rows, steps, units, z, h, c } = this;
    for (let t = 0; t < steps; t++) {
      const from = t * rows;
      const now = z.part(from, rows);
      heap.multiply(this.turnedRecurrent, h.part(from, rows), now, now);
      const to = [c.row(from + rows), h.row(from + rows)];
      heap.kernels.forward(now.at, z.stride, c.row(from), ...to, rows, units, h.stride);
    }
    if (this.dropped) {
      this.drop(h.part(rows, z.rows), this.masked);
    }
  }

  /** Apply the mask, at each step. */
  drop(from: Matrix, to: Matrix) {
    const { mask, rows } = this;
    for (let n = 0; n < from.rows; n += rows) {
      this.heap.kernels.multiply(from.row(n), mask.at, rows * mask.stride, to.row(n));
    }
  }

  /** Turn dh, the gradient of what the next layer reads, into that of the gates. */
  backward(steadying: { alpha: number; beta: number } | null, scale: number) {
    const { heap, rows, steps, units, z, h, c, dh, dc } = this;
    if (this.dropped) {
      this.drop(dh, dh);
    }
    if (steadying) {
      const { alpha, beta } = steadying;
      const all = [h.row(rows), dh.at, steps, rows * h.stride];
      heap.kernels.steady(...all, (2 * scale) / units, alpha, beta);
    }
    const recurrent = this.workshop.packed(this.recurrent, false);
    heap.view(dc).fill(0);
    for (let t = steps - 1; t >= 0; t--) {
      const from = t * rows;
      const now = z.part(from, rows);
      const states = [c.row(from), c.row(from + rows), dh.row(from), dc.at];
      heap.kernels.backward(now.at, z.stride, ...states, rows, units, h.stride);
      if (t > 0) {
        const before = dh.part(from - rows, rows);
        heap.multiply(recurrent, now, before, before);
      }
    }
  }

  /**
   * Compute the gradients of all weights and of the input `x`, dx; `z` is the gradient of what the
   * gates got from it.
   */
  finish(x: Matrix, z: Matrix, dx: Matrix) {
    const { heap, workshop } = this;
    workshop.outer(this.z, this.h.part(0, this.z.rows), this.recurrentGradient);
    workshop.outer(z, x, this.kernelGradient);
    workshop.sum(z, this.biasGradient);
    heap.multiply(workshop.packed(this.kernel, false), z, workshop.nothing, dx);
  }
}

/** The dense layer, and the loss. */
export class OutputLayer {
  heap: Heap;
  workshop: Workshop;
  kernel: Matrix;
  kernelGradient: Matrix;
  bias: Matrix;
  biasGradient: Matrix;
  turned: Matrix;
  start: Matrix;
  logits: Matrix;
  ids: number;
  losses: number;

  constructor(workshop: Workshop, { dense, bias }: Named<Weights>, places: number) {
    const { heap } = workshop;
    this.heap = heap;
    this.workshop = workshop;
    this.kernel = dense[0];
    this.kernelGradient = dense[1];
    this.bias = bias[0];
    this.biasGradient = bias[1];
    const { rows: units, width: size } = this.kernel;
    this.turned = heap.packed(size, units);
    this.start = new Matrix(heap.take(size), 1, size, 0); // the bias, padded
    this.logits = heap.matrix(places, size); // then their gradient
    this.ids = heap.take(places);
    this.losses = heap.take(places);
  }

  /** Weights have changed. */
  refresh() {
    const { numbers } = this.heap;
    this.heap.pack(this.kernel, true, this.turned);
    numbers.copyWithin(this.start.at / 4, this.bias.at / 4, this.bias.at / 4 + this.bias.width);
  }

  /**
   * Compute the losses, in nats, of logits divided by `softer`, and their gradients times `scale`.
   */
  forward(
    x: Matrix,
    y: Int32Array,
    { scale = 1, softer = 1 }: { scale?: number; softer?: number },
  ) {
    const { heap, logits, ids, losses } = this;
    new Int32Array(heap.numbers.buffer, ids, y.length).set(y);
    heap.multiply(this.turned, x, this.start, logits);
    const { at, stride, width } = logits;
    heap.kernels.loss(at, stride, ids, y.length, width, scale, softer, losses);
    return heap.numbers.subarray(losses / 4, losses / 4 + y.length);
  }

  /** Return the gradient of the bias. */
  sum() {
    this.workshop.sum(this.logits, this.biasGradient);
    return this.heap.view(this.biasGradient);
  }

  /** Compute the gradients of the weights and of `x`, dx. */
  backward(x: Matrix, dx: Matrix) {
    const { heap, workshop, logits } = this;
    workshop.outer(logits, x, this.kernelGradient);
    this.sum();
    heap.multiply(workshop.packed(this.kernel, false), logits, workshop.nothing, dx);
  }
}
