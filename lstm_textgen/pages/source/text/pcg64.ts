/** NumPy's random order (PCG64, O'Neill 2014), so that page and program hold out the same items. */

const WORD = (1n << 64n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/**
 * Return the numbers from 0 to below `count`, shuffled as `numpy.random.default_rng(seed)` does.
 * @param count below 2³²
 * @param seed below 2³²
 */
export function shuffled(count: number, seed: number) {
  const next = wordsOf(seed);
  const order = Array.from({ length: count }, (_, n) => n);
  for (let n = count - 1; n > 0; n--) {
    const mask = 2 ** (32 - Math.clz32(n)) - 1;
    let other = (next() & mask) >>> 0;
    while (other > n) {
      other = (next() & mask) >>> 0;
    }
    [order[n], order[other]] = [order[other], order[n]];
  }
  return order;
}

/** Return a function whose numbers of 32 bits follow from a seed. */
function wordsOf(seed: number) {
  const [high, low, streamHigh, streamLow] = seedWords(seed);
  const added = BigInt.asUintN(128, (((streamHigh << 64n) | streamLow) << 1n) | 1n);
  const step = (state: bigint) => BigInt.asUintN(128, state * MULTIPLIER + added);
  let state = step(added + ((high << 64n) | low));
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const half = spare;
      spare = undefined;
      return half;
    }
    state = step(state);
    const mixed = (state >> 64n) ^ (state & WORD);
    const turn = state >> 122n;
    const whole = (mixed >> turn) | ((mixed << (64n - turn)) & WORD);
    spare = Number(whole >> 32n);
    return Number(whole & 0xffffffffn);
  };
}

/** Return the four words of 64 bits that NumPy's `SeedSequence` makes of a seed. */
function seedWords(seed: number) {
  let factor = 0x43b0d7e5;
  const hashed = (value: number, multiplier: number) => {
    const mixed = value ^ factor;
    factor = Math.imul(factor, multiplier);
    const product = Math.imul(mixed, factor);
    return product ^ (product >>> 16);
  };
  const pool = [seed, 0, 0, 0].map((value) => hashed(value, 0x931e8875));
  for (let from = 0; from < pool.length; from++) {
    for (let to = 0; to < pool.length; to++) {
      if (from !== to) {
        const sum =
          Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hashed(pool[from], 0x931e8875));
        pool[to] = sum ^ (sum >>> 16);
      }
    }
  }
  factor = 0x8b51f9dd;
  const halves = [...pool, ...pool].map((value) => BigInt(hashed(value, 0x58f38ded) >>> 0));
  return [0, 2, 4, 6].map((n) => halves[n] | (halves[n + 1] << 32n));
}
