/** Fingerprints of items, the same as in `items.hy`. */

import { fromBase64 } from "./binary.js";
import { CONSTANTS } from "./page.js";

/** Bytes of a fingerprint. */
const SIZE = CONSTANTS.fingerprint;

const FACTOR = BigInt(CONSTANTS.factor);

const SPACE = new RegExp(`[\\n${CONSTANTS.blank}]+`);

/**
 * Return the fingerprint of a text, a whole number: case and outer spaces don't matter.
 * @param {string} item
 */
export function fingerprintOf(item) {
  const words = Array.from(item, foldCase).join("").split(SPACE).filter(Boolean);
  const text = `${words.join(" ")}\n`;
  let [sum, power] = [0n, 1n];
  for (let n = 0; n < text.length; n++) {
    power = BigInt.asUintN(64, power * FACTOR);
    sum += power * BigInt(text.charCodeAt(n));
  }
  return Number(BigInt.asUintN(64, sum) >> 16n);
}

/**
 * Return a letter without its case, like Python's casefold, in all scripts but Cherokee.
 * @param {string} letter
 */
function foldCase(letter) {
  return letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
}

/**
 * Return the set of the fingerprints that `text` holds in base64, the highest byte of each first.
 * @param {string} text
 */
export function readFingerprints(text) {
  const bytes = fromBase64(text);
  const count = bytes.length / SIZE;
  return new Set(
    Array.from({ length: count }, (_, n) =>
      bytes.subarray(n * SIZE, (n + 1) * SIZE).reduce((sum, byte) => 256 * sum + byte, 0),
    ),
  );
}
