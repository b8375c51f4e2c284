/** Logits → the next id, by the rules of `sampling.hy`; the random numbers are the page's own. */

import type { Place, Rule } from "../types.ts";

/** Draws ids for one text. */
export class Sampler {
  temperature = 1;
  topP = 1;
  minP = 0;

  random: () => number;

  /**
   * @param seed the random seed
   * @param stream the number of the text among those with this seed
   */
  constructor(seed: number, stream = 0) {
    this.random = randomNumbers(seed, stream);
  }

  /**
   * Return the next id at a `place`, which no rule refuses, or at least none that isn't only
   * `strict`, unless all are refused.
   */
  pick(place: Place, rules: Rule[] = []) {
    let scores = scoresAt(place, rules, this.temperature || 1);
    const first = this.#draw(scores);
    for (const strict of [true, false]) {
      let id = first;
      while (rules.some((rule) => rule.refuses?.(id, place, strict))) {
        scores[id] = Number.NEGATIVE_INFINITY;
        if (highestOf(scores) === scores[id]) {
          id = -1;
          break;
        }
        id = this.#draw(scores);
      }
      if (id >= 0) return id;
      scores = scoresAt(place, rules, this.temperature || 1);
    }
    return first;
  }

  /** Return the index of one of `scores`, ln of odds; temperature 0 chooses the highest. */
  #draw(scores: Float64Array) {
    if (this.temperature === 0) return scores.indexOf(highestOf(scores));
    const open = limitedOdds(scores, this);
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

/** Return the scores of all units at a `place`. */
export function scoresAt(place: Place, rules: Rule[], temperature: number) {
  const scores = new Float64Array(place.logits);
  for (let id = 0; id < scores.length; id++) {
    scores[id] /= temperature;
  }
  for (const rule of rules) {
    rule.score?.(scores, place, temperature);
  }
  return scores;
}

/** Return the probabilities of `scores`, 0 where the limits leave an id out. */
export function limitedOdds(scores: Float64Array, { topP, minP }: { topP: number; minP: number }) {
  const odds = softmax(scores);
  const lowest = Math.max(
    topP < 1 ? nucleus(odds, topP) : Number.MIN_VALUE,
    minP * highestOf(odds),
  );
  return odds.map((each) => (each >= lowest ? each : 0));
}

/** Return the probability of the last of the likeliest ids with a total probability of `topP`. */
function nucleus(odds: Float64Array, topP: number) {
  const falling = odds.slice().sort().reverse();
  let sum = 0;
  let n = 0;
  while (sum < topP && n < falling.length) {
    sum += falling[n++];
  }
  return falling[n - 1];
}

/** Return the probabilities that `scores` stand for. */
export function softmax(scores: ArrayLike<number>) {
  const odds = logOdds(scores);
  odds.forEach((each, id) => {
    odds[id] = Math.exp(each);
  });
  return odds;
}

/** Return ln of the probabilities that `scores` stand for, each plus `weight`. */
export function logOdds(scores: ArrayLike<number>, weight = 0) {
  const less = logSum(scores) - weight;
  const odds = new Float64Array(scores);
  for (let n = 0; n < odds.length; n++) {
    odds[n] -= less;
  }
  return odds;
}

/** Return ln of the sum of what the `numbers` are ln of. */
export function logSum(numbers: ArrayLike<number>) {
  const highest = highestOf(numbers);
  let sum = 0;
  for (let n = 0; n < numbers.length; n++) {
    sum += Math.exp(numbers[n] - highest);
  }
  return highest + Math.log(sum);
}

export function highestOf(numbers: ArrayLike<number>) {
  let highest = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < numbers.length; n++) {
    highest = Math.max(highest, numbers[n]);
  }
  return highest;
}

/**
 * Return a function whose numbers, from 0 to below 1, follow from a seed: Doty-Humphrey's sfc32.
 */
export function randomNumbers(seed: number, stream: number) {
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
