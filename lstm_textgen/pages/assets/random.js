/**
 * NumPy's random numbers: the generator PCG64, seeded by a SeedSequence, as `sampling.hy` uses them
 * for its streams. So the same seed gives the same text here and on the command line.
 */

const MASK128 = (1n << 128n) - 1n;

/** The multiplier of PCG64 (O'Neill 2014). */
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Random numbers that follow from a seed. */
export class Random {
  /** @param {number} seed @param {number} stream whole numbers below 2^32 */
  constructor(seed, stream) {
    const [a, b, c, d] = seedWords(seed, stream);
    const increment = ((((c << 64n) | d) << 1n) | 1n) & MASK128;
    const start = (((a << 64n) | b) + increment) & MASK128;
    // Numbers of 128 bits as eight digits of 16, the lowest first: far faster than BigInt.
    this.state = digits((start * MULTIPLIER + increment) & MASK128);
    this.increment = digits(increment);
    this.multiplier = digits(MULTIPLIER);
    this.spare = new Float64Array(8);
    this.high = 0;
    this.low = 0;
    this.later = false; // whether the next number comes from `high`
  }

  /** Put the next 64 random bits into `high` and `low`, 32 each. */
  next() {
    this.step();
    const s = this.state;
    const high = ((s[7] * 65536 + s[6]) ^ (s[3] * 65536 + s[2])) >>> 0;
    const low = ((s[5] * 65536 + s[4]) ^ (s[1] * 65536 + s[0])) >>> 0;
    const turn = s[7] >>> 10; // number of bits to rotate right
    const by = turn & 31;
    const [h, l] = turn < 32 ? [high, low] : [low, high];
    this.high = by ? ((h >>> by) | (l << (32 - by))) >>> 0 : h;
    this.low = by ? ((l >>> by) | (h << (32 - by))) >>> 0 : l;
  }

  /** Multiply the state by the multiplier and add the increment, modulo 2^128. */
  step() {
    const { state, multiplier, increment, spare } = this;
    let carry = 0;
    for (let n = 0; n < 8; n++) {
      let sum = carry + increment[n];
      for (let k = 0; k <= n; k++) {
        sum += state[k] * multiplier[n - k];
      }
      carry = Math.floor(sum / 65536);
      spare[n] = sum - carry * 65536;
    }
    this.state = spare;
    this.spare = state;
  }

  /** Return a number of 24 bits from 0 to below 1; each 64 random bits give two. */
  uniform() {
    this.later = !this.later;
    if (this.later) {
      this.next();
      return (this.low >>> 8) / 16777216;
    }
    return (this.high >>> 8) / 16777216;
  }
}

/**
 * Return the four words of 64 bits that NumPy's SeedSequence makes of `seed` for the `stream` of
 * this number that it spawns.
 * @param {number} seed @param {number} stream
 */
function seedWords(seed, stream) {
  const pool = mixEntropy([seed, 0, 0, 0, stream]);
  /** @type {bigint[]} */
  const out = [];
  let constant = 0x8b51f9dd;
  for (let n = 0; n < 8; n++) {
    let value = (pool[n % 4] ^ constant) >>> 0;
    constant = Math.imul(constant, 0x58f38ded) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    out.push(BigInt((value ^ (value >>> 16)) >>> 0));
  }
  return [0, 2, 4, 6].map((n) => (out[n + 1] << 32n) | out[n]);
}

/**
 * Return the pool of four words that SeedSequence mixes from the words of `entropy`.
 * @param {number[]} entropy
 */
function mixEntropy(entropy) {
  let constant = 0x43b0d7e5;
  /** @param {number} value */
  const hash = (value) => {
    const mixed = (value ^ constant) >>> 0;
    constant = Math.imul(constant, 0x931e8875) >>> 0;
    const result = Math.imul(mixed, constant) >>> 0;
    return (result ^ (result >>> 16)) >>> 0;
  };
  /** @param {number} x @param {number} y */
  const mix = (x, y) => {
    const result = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
    return (result ^ (result >>> 16)) >>> 0;
  };
  const pool = entropy.slice(0, 4).map(hash);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) {
        pool[to] = mix(pool[to], hash(pool[from]));
      }
    }
  }
  for (const word of entropy.slice(4)) {
    for (let to = 0; to < 4; to++) {
      pool[to] = mix(pool[to], hash(word));
    }
  }
  return pool;
}

/**
 * Return the eight digits of 16 bits of `value`, the lowest first.
 * @param {bigint} value
 */
function digits(value) {
  return Float64Array.from({ length: 8 }, (_, n) => Number((value >> BigInt(16 * n)) & 0xffffn));
}
