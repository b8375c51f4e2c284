/** Fingerprints of items, as in `items.hy`: by BLAKE2b (RFC 7693), which no browser offers. */

import { fromBase64 } from "./binary.js";
import { CONSTANTS } from "./page.js";

/** Bytes of a fingerprint. */
const SIZE = CONSTANTS.fingerprint;

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

const SPACE = new RegExp(`[\\n${CONSTANTS.blank}]+`);

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
  const padded = new Uint8Array(Math.max(128, Math.ceil(bytes.length / 128) * 128));
  padded.set(bytes);
  const state = IV.slice();
  state[0] ^= BigInt(0x01010000 + SIZE);
  for (let end = 128; end <= padded.length; end += 128) {
    const block = new BigUint64Array(padded.buffer, end - 128, 16);
    const v = BigUint64Array.of(...state, ...IV);
    v[12] ^= BigInt(Math.min(end, bytes.length));
    v[14] ^= end === padded.length ? 0xffffffffffffffffn : 0n;
    for (let round = 0; round < 12; round++) {
      const order = ORDERS[round % 10];
      for (let k = 0; k < 8; k++) {
        mix(v, k, block[order[2 * k]], block[order[2 * k + 1]]);
      }
    }
    state.forEach((word, k) => {
      state[k] = word ^ v[k] ^ v[k + 8];
    });
  }
  return new Uint8Array(state.buffer, 0, SIZE);
}

/**
 * Mix two words into a column of `v`, or into a diagonal from `k` = 4 on.
 * @param {BigUint64Array} v @param {number} k @param {bigint} first @param {bigint} second
 */
function mix(v, k, first, second) {
  const lean = k >> 2;
  const [a, b, c, d] = [0, 1, 2, 3].map((row) => 4 * row + ((k + row * lean) & 3));
  /** @type {(to: number, from: number, by: bigint) => void} */
  const turn = (to, from, by) => {
    const mixed = v[to] ^ v[from];
    v[to] = (mixed >> by) | (mixed << (64n - by));
  };
  for (const [word, by, again] of [
    [first, 32n, 24n],
    [second, 16n, 63n],
  ]) {
    v[a] += v[b] + word;
    turn(d, a, by);
    v[c] += v[d];
    turn(b, c, again);
  }
}
