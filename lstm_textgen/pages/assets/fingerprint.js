/** Fingerprints of items, the same as in `items.hy`: of BLAKE2b (RFC 7693), 6 bytes. */

import { fromBase64 } from "./binary.js";
import { BLANK } from "./units.js";

/** Bytes of a fingerprint. */
const SIZE = 6;

/** Where its state begins: the first bits of the square roots of eight primes. */
const IV = BigUint64Array.of(
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
);

/** The order in which a round takes the 16 words of a block, in hexadecimal digits. */
const ORDERS = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
].map((digits) => Array.from(digits, (digit) => Number.parseInt(digit, 16)));

/** Bits by which the four steps of a mixture rotate. */
const TURNS = [32n, 24n, 16n, 63n];

const SPACE = new RegExp(`[\\n${BLANK}]+`);

/**
 * Return the fingerprint of a text, a whole number: case and outer spaces don't matter.
 * @param {string} item
 */
export function fingerprintOf(item) {
  const words = Array.from(item, foldCase).join("").split(SPACE).filter(Boolean);
  return numberAt(blake2b(new TextEncoder().encode(words.join(" "))), 0);
}

/**
 * Return a letter without its case, like Python's casefold, in all scripts but Cherokee.
 * @param {string} letter
 */
function foldCase(letter) {
  return letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
}

/**
 * Return the set of the fingerprints that `text` holds in base64.
 * @param {string} text
 */
export function readFingerprints(text) {
  const bytes = fromBase64(text);
  const count = bytes.length / SIZE;
  return new Set(Array.from({ length: count }, (_, n) => numberAt(bytes, n * SIZE)));
}

/** @param {Uint8Array} bytes @param {number} place where the six bytes begin, the highest first */
function numberAt(bytes, place) {
  return bytes.subarray(place, place + SIZE).reduce((sum, byte) => 256 * sum + byte, 0);
}

/** @param {Uint8Array} bytes */
function blake2b(bytes) {
  const count = Math.max(1, Math.ceil(bytes.length / 128));
  const padded = new Uint8Array(128 * count);
  padded.set(bytes);
  const state = IV.slice();
  state[0] ^= BigInt(0x01010000 + SIZE);
  for (let n = 1; n <= count; n++) {
    const block = new BigUint64Array(padded.buffer, 128 * (n - 1), 16);
    const v = BigUint64Array.of(...state, ...IV);
    v[12] ^= BigInt(Math.min(128 * n, bytes.length));
    v[14] ^= n === count ? 0xffffffffffffffffn : 0n;
    for (let round = 0; round < 12; round++) {
      const order = ORDERS[round % 10];
      for (let k = 0; k < 8; k++) {
        mix(v, k, [block[order[2 * k]], block[order[2 * k + 1]]]);
      }
    }
    state.forEach((_, k) => {
      state[k] ^= v[k] ^ v[k + 8];
    });
  }
  return new Uint8Array(state.buffer, 0, SIZE);
}

/**
 * Mix two words into a column of `v`, or into a diagonal from `k` = 4 on.
 * @param {BigUint64Array} v @param {number} k @param {bigint[]} words
 */
function mix(v, k, words) {
  const lean = k >> 2;
  const [a, b, c, d] = [0, 1, 2, 3].map((row) => 4 * row + ((k + row * lean) & 3));
  TURNS.forEach((turn, step) => {
    const [to, by, from] = step % 2 ? [b, c, d] : [d, a, b];
    v[by] += v[from] + (step % 2 ? 0n : words[step / 2]);
    const mixed = v[to] ^ v[by];
    v[to] = (mixed >> turn) | (mixed << (64n - turn));
  });
}
