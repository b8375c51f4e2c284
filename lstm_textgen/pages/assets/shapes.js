/** The shapes of a network's weights. */

/**
 * @typedef {Pick<import("./model.js").Facts, "units" | "embedding" | "layers">} Described
 *
 * @typedef {object} Shape of a network
 * @property {number} vocabulary @property {number} embedding
 * @property {number[]} layers the hidden units of each LSTM layer
 *
 * @typedef {{rows: number, columns: number}} Size of a matrix of weights; a bias is one row
 */

/**
 * Return the shape of a model's network.
 * @param {Described} facts @returns {Shape}
 */
export function networkShape({ units, embedding, layers }) {
  return { vocabulary: units.length, embedding, layers: layers.map(([, own]) => own) };
}

/**
 * Return the sizes of a network's weights: the embedding, for each layer kernel, recurrent kernel
 * and bias, then the dense layer and its bias.
 * @param {Shape} shape @returns {Size[]}
 */
export function sizesOf({ vocabulary, embedding, layers }) {
  const sizes = [{ rows: vocabulary, columns: embedding }];
  let width = embedding;
  for (const units of layers) {
    sizes.push(...[width, units, 1].map((rows) => ({ rows, columns: 4 * units })));
    width = units;
  }
  return [...sizes, { rows: width, columns: vocabulary }, { rows: 1, columns: vocabulary }];
}

/**
 * Return the sizes of a model's weights, as `sizesOf`.
 * @param {Described} facts
 */
export function shapesOf(facts) {
  return sizesOf(networkShape(facts));
}

/**
 * Return how many weights there are in matrices of these sizes.
 * @param {Size[]} sizes
 */
export function weightsIn(sizes) {
  return sizes.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}
