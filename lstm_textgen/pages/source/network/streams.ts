/** Steps of several texts at once: one product for each matrix of weights. */

import type { Heap, Matrix } from "./heap.ts";
import type { Network } from "./network.ts";

/** Room for the steps of a network's texts, in its heap. */
export class Streams {
  heap: Heap;
  read: Matrix;
  sums: Matrix[];
  outputs: Matrix[];
  logits: Matrix;

  /**
   * @param heap that isn't open yet
   * @param network without dense layer
   * @param together texts at most
   */
  constructor(heap: Heap, { read, layers }: Network, vocabulary: number, together: number) {
    this.heap = heap;
    this.read = heap.matrix(together, read.width);
    this.sums = layers.map(({ sums }) => heap.matrix(together, sums.width));
    this.outputs = layers.map(({ units }) => heap.matrix(together, units));
    this.logits = heap.matrix(together, vocabulary);
  }

  /**
   * Let texts in these `states` read a unit each; return their new states. A state is what `save`
   * of the network returns.
   */
  step(network: Network, states: Float32Array[][], ids: number[]) {
    const some = (matrix: Matrix) => matrix.part(0, ids.length);
    ids.forEach((id, n) => this.row(this.read, n).set(network.embedding[id]));
    const after: Float32Array[][] = states.map(() => []);
    let x = this.read;
    network.layers.forEach((layer, k) => {
      const output = this.outputs[k];
      const sums = this.sums[k];
      states.forEach((state, n) => this.row(output, n).set(state[1 + 2 * k]));
      layer.feed(some(x), some(output), some(sums));
      states.forEach((state, n) => {
        const h = this.row(output, n);
        const c = state[2 + 2 * k].slice();
        layer.step({ gates: this.row(sums, n), h, c });
        after[n].push(h.slice(), c);
      });
      x = output;
    });
    this.heap.multiply(network.dense, some(x), network.bias.repeated(), some(this.logits));
    after.forEach((state, n) => state.unshift(this.row(this.logits, n).slice()));
    return after;
  }

  /** Return row `n` of a matrix. */
  row(matrix: Matrix, n: number) {
    return this.heap.view(matrix.part(n, 1)).subarray(0, matrix.width);
  }
}
