/** The shapes of a network's weights, which are flat, one matrix after the other in Keras' order. */

import type { Facts } from "../types.ts";

/** Of a network. */
export interface Shape {
  vocabulary: number;
  embedding: number;
  layers: number[]; // the hidden units of each LSTM layer
}

/** Of a matrix of weights; a bias is one row. */
export type Size = { rows: number; columns: number };

/** What belongs to each matrix of a network, and of one of its layers. */
export type Named<T> = { embedding: T; layers: NamedOfLayer<T>[]; dense: T; bias: T };
export type NamedOfLayer<T> = { kernel: T; recurrent: T; bias: T };

/** Return the shape of a model's network. */
export function networkShape({
  units,
  embedding,
  layers,
}: Pick<Facts, "units" | "embedding" | "layers">): Shape {
  return { vocabulary: units.length, embedding, layers: layers.map(([, own]) => own) };
}

/** Return the sizes of a network's matrices, in their order. */
export function sizesOf({ vocabulary, embedding, layers }: Shape): Size[] {
  const sizes = [{ rows: vocabulary, columns: embedding }];
  let width = embedding;
  for (const units of layers) {
    sizes.push(...[width, units, 1].map((rows) => ({ rows, columns: 4 * units })));
    width = units;
  }
  return [...sizes, { rows: width, columns: vocabulary }, { rows: 1, columns: vocabulary }];
}

/** Return what belongs to each matrix by its name; `all` are in the order of `sizesOf`. */
export function named<T>(all: T[]): Named<T> {
  const layers = [];
  for (let n = 1; n + 2 < all.length; n += 3) {
    const [kernel, recurrent, bias] = all.slice(n);
    layers.push({ kernel, recurrent, bias });
  }
  const [dense, bias] = all.slice(-2);
  return { embedding: all[0], layers, dense, bias };
}

/** Return how many weights a network has. */
export function weightsIn(shape: Shape) {
  return sizesOf(shape).reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}

/** Return the matrices of flat weights, as rows, which are views. */
export function matricesOf(flat: Float32Array, shape: Shape) {
  let end = 0;
  return sizesOf(shape).map(({ rows, columns }) =>
    Array.from({ length: rows }, () => {
      end += columns;
      return flat.subarray(end - columns, end);
    }),
  );
}
