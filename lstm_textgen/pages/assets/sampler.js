/** Logits → the next id, by the rules and the random numbers of `sampling.hy`. */

import { Random } from "./random.js";

/** Keeps the logarithm of a random number finite. */
const TINY = 1e-30;

/** Below this temperature the noise no longer matters. */
const COLDEST = 1e-20;

/** The number of the first random generator that no stream uses. */
const CHOOSER = 2 ** 31;

/** Draws ids for one stream of text. */
export class Sampler {
  /**
   * @param {number} size of the vocabulary
   * @param {number | null} excluded an id that is never drawn
   * @param {number} seed the random seed
   * @param {number} stream the number of the random generator
   */
  constructor(size, excluded, seed, stream = 0) {
    this.excluded = excluded;
    this.seed = seed;
    this.stream = stream;
    this.random = new Random(seed, stream);
    this.scores = new Float32Array(size);
    this.temperature = 1;
    this.topP = 1;
  }

  /**
   * Return a sampler of `size` ids with the same options, whose draws have no effect on this one.
   * @param {number} size
   */
  chooser(size) {
    const { seed, stream, temperature, topP } = this;
    return Object.assign(new Sampler(size, null, seed, CHOOSER + stream), { temperature, topP });
  }

  /**
   * Return the next id. It is drawn by the Gumbel-max trick; temperature 0 chooses the likeliest.
   * @param {Float32Array | Float64Array} logits (size,)
   * @param {number | null} barred an id that isn't drawn now
   */
  pick(logits, barred = null) {
    const { scores, temperature, topP, random } = this;
    scores.set(logits);
    if (this.excluded !== null) {
      scores[this.excluded] = Number.NEGATIVE_INFINITY;
    }
    if (barred !== null) {
      scores[barred] = Number.NEGATIVE_INFINITY;
    }
    if (temperature > 0) {
      const sharpness = Math.fround(1 / Math.max(temperature, COLDEST));
      for (let n = 0; n < scores.length; n++) {
        scores[n] *= sharpness;
      }
      const lowest = topP < 1 ? nucleus(scores, topP) : Number.NEGATIVE_INFINITY;
      for (let n = 0; n < scores.length; n++) {
        const noise = minusLog(minusLog(random.uniform() + TINY));
        scores[n] = scores[n] < lowest ? Number.NEGATIVE_INFINITY : scores[n] + noise;
      }
    }
    return indexOfHighest(scores);
  }
}

/**
 * Return -log x in 32 bits.
 * @param {number} x
 */
function minusLog(x) {
  return -Math.fround(Math.log(x));
}

/** @param {Float32Array} scores */
function indexOfHighest(scores) {
  let best = 0;
  for (let n = 1; n < scores.length; n++) {
    if (scores[n] > scores[best]) {
      best = n;
    }
  }
  return best;
}

/**
 * Return the score of the last of the likeliest units with a total probability of `topP`.
 * @param {Float32Array} scores @param {number} topP
 */
function nucleus(scores, topP) {
  const falling = scores.slice().sort().reverse();
  const odds = falling.map((score) => Math.exp(score - falling[0]));
  const enough = topP * odds.reduce((sum, each) => sum + each, 0);
  let sum = 0;
  for (let n = 0; n < odds.length; n++) {
    sum += odds[n];
    if (sum >= enough) {
      return falling[n];
    }
  }
  return falling[falling.length - 1];
}

/**
 * Return the probabilities of all ids by `logits` alone, without any sampling rule.
 * @param {Float32Array} logits (size,) @param {Float64Array} into (size,)
 */
export function softmax(logits, into) {
  let highest = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < logits.length; n++) {
    highest = Math.max(highest, logits[n]);
  }
  let sum = 0;
  for (let n = 0; n < logits.length; n++) {
    into[n] = Math.exp(logits[n] - highest);
    sum += into[n];
  }
  for (let n = 0; n < logits.length; n++) {
    into[n] /= sum;
  }
  return into;
}
