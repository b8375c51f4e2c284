/** Logits → the next id, by the rules of `sampling.hy`; the random numbers are the page's own. */

/** Draws ids for one text. */
export class Sampler {
  temperature = 1;
  topP = 1;

  /**
   * @param {number | null} excluded an id that is never drawn
   * @param {number} seed the random seed
   * @param {number} stream the number of the text among those with this seed
   */
  constructor(excluded, seed, stream = 0) {
    this.excluded = excluded;
    this.random = randomNumbers(seed, stream);
  }

  /**
   * Return the next id.
   * @param {ArrayLike<number>} logits (size,)
   * @param {number[]} barred ids that aren't drawn now
   * @param {(id: number) => boolean} refused for which another is drawn, unless all are
   */
  pick(logits, barred = [], refused = () => false) {
    const scores = Array.from(logits);
    for (const id of this.excluded === null ? barred : [this.excluded, ...barred]) {
      scores[id] = Number.NEGATIVE_INFINITY;
    }
    const first = this.pickOf(scores);
    let id = first;
    while (refused(id)) {
      scores[id] = Number.NEGATIVE_INFINITY;
      if (highestOf(scores) === scores[id]) {
        return first;
      }
      id = this.pickOf(scores);
    }
    return id;
  }

  /**
   * Return the index of one of `scores`, ln of odds; temperature 0 chooses the highest.
   * @param {number[]} scores
   */
  pickOf(scores) {
    if (this.temperature === 0) {
      return scores.indexOf(highestOf(scores));
    }
    const odds = softmax(scores, this.temperature);
    const lowest = this.topP < 1 ? nucleus(odds, this.topP) : Number.MIN_VALUE;
    const open = odds.map((each) => (each >= lowest ? each : 0));
    let left = this.random() * open.reduce((sum, each) => sum + each);
    let chosen = 0;
    for (let id = 0; left >= 0 && id < open.length; id++) {
      if (open[id] > 0) {
        left -= open[id];
        chosen = id;
      }
    }
    return chosen;
  }
}

/**
 * Return the probability of the last of the likeliest ids with a total probability of `topP`.
 * @param {Float64Array} odds @param {number} topP
 */
function nucleus(odds, topP) {
  const falling = odds.slice().sort().reverse();
  let sum = 0;
  let n = 0;
  while (sum < topP && n < falling.length) {
    sum += falling[n++];
  }
  return falling[n - 1];
}

/**
 * Return the probabilities of all ids.
 * @param {ArrayLike<number>} logits (size,) @param {number} temperature
 */
export function softmax(logits, temperature = 1) {
  const highest = highestOf(logits);
  const odds = new Float64Array(logits.length);
  let sum = 0;
  for (let id = 0; id < odds.length; id++) {
    odds[id] = Math.exp((logits[id] - highest) / temperature);
    sum += odds[id];
  }
  return odds.map((each) => each / sum);
}

/** @param {ArrayLike<number>} numbers */
export function highestOf(numbers) {
  let highest = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < numbers.length; n++) {
    highest = Math.max(highest, numbers[n]);
  }
  return highest;
}

/**
 * Return a function whose numbers, from 0 to below 1, follow from a seed: Doty-Humphrey's sfc32.
 * @param {number} seed @param {number} stream
 */
function randomNumbers(seed, stream) {
  let [a, b, c, count] = [seed | 0, stream | 0, 0, 1];
  const next = () => {
    const sum = (a + b + count++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 15; n++) {
    next(); // until close seeds give unrelated numbers
  }
  return next;
}
