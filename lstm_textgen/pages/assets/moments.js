/** Moments of a run of learning that are kept, so that one can go back to them. */

/** How many are kept, besides the first and the last. */
const MOMENTS_KEPT = 8;

/**
 * @typedef {object} Moment
 * @property {number} seconds since the beginning
 * @property {import("./model.js").Facts} facts @property {Uint8Array} weights packed as they say
 */

/**
 * Return `moments` with another one, and without one if they are too many: that which is nearest to
 * its neighbors. The times between them grow, as a machine learns most in its first seconds.
 * @param {Moment[]} moments @param {Moment} moment
 */
export function keepMoment(moments, moment) {
  const all = [...moments, moment];
  if (all.length <= MOMENTS_KEPT) {
    return all;
  }
  /** @param {number} n how much longer the time from its predecessor to its successor is */
  const gap = (n) => (all[n + 1].seconds + 2) / (all[n - 1].seconds + 2);
  let nearest = 1;
  for (let n = 2; n < all.length - 1; n++) {
    nearest = gap(n) < gap(nearest) ? n : nearest;
  }
  return all.filter((_, n) => n !== nearest);
}
