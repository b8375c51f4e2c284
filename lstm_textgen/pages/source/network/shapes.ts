/** The shapes of a network's weights. */

import type { Facts } from "../types.ts";

export type Described = Pick<Facts, "units" | "embedding" | "layers">;

/** Of a network. */
export interface Shape {
  vocabulary: number;
  embedding: number;
  layers: number[]; // the hidden units of each LSTM layer
}

/** Of a matrix of weights; a bias is one row. */
export type Size = { rows: number; columns: number };

/** Return the shape of a model's network. */
export function networkShape({ units, embedding, layers }: Described): Shape {
  return { vocabulary: units.length, embedding, layers: layers.map(([, own]) => own) };
}

/**
 * Return the sizes of a network's weights: the embedding, for each layer kernel, recurrent kernel
 * and bias, then the dense layer and its bias.
 */
export function sizesOf({ vocabulary, embedding, layers }: Shape): Size[] {
  const sizes = [{ rows: vocabulary, columns: embedding }];
  let width = embedding;
  for (const units of layers) {
    sizes.push(...[width, units, 1].map((rows) => ({ rows, columns: 4 * units })));
    width = units;
  }
  return [...sizes, { rows: width, columns: vocabulary }, { rows: 1, columns: vocabulary }];
}

/** Return the sizes of a model's weights, as `sizesOf`. */
export function shapesOf(facts: Described) {
  return sizesOf(networkShape(facts));
}

/** Return how many weights there are in matrices of these sizes. */
export function weightsIn(sizes: Size[]) {
  return sizes.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}
