/** Moments of a run of learning that are kept, so that one can go back to them. */

import type { Facts } from "../../types.ts";

/** How many are kept, besides the first and the last. */
const MOMENTS_KEPT = 8;

export interface Moment {
  seconds: number; // since the beginning
  facts: Facts;
  weights: Uint8Array; // packed as they say
}

/**
 * Return `moments` with another one, and without one if they are too many: that which is nearest to
 * its neighbors. The times between them grow, as a machine learns most in its first seconds.
 */
export function keepMoment(moments: Moment[], moment: Moment) {
  const all = [...moments, moment];
  if (all.length <= MOMENTS_KEPT) {
    return all;
  }
  /** @param n how much longer the time from its predecessor to its successor is */
  const gap = (n: number) => (all[n + 1].seconds + 2) / (all[n - 1].seconds + 2);
  let nearest = 1;
  for (let n = 2; n < all.length - 1; n++) {
    nearest = gap(n) < gap(nearest) ? n : nearest;
  }
  return all.filter((_, n) => n !== nearest);
}
