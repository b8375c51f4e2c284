/** Fingerprints of items, the same as in `items.hy`. */

import { fromBase64 } from "./binary.js";

/** @typedef {Pick<import("./page.js").Constants, "factor" | "fingerprint" | "blank">} Hash */

/**
 * Return a function that returns the fingerprint of an item, a whole number: case and outer spaces
 * don't matter.
 * @param {Hash} constants
 */
export function fingerprinter({ factor, blank }) {
  const space = new RegExp(`[\\n${blank}]+`);
  const powers = [BigInt(factor)];
  return (/** @type {string} */ item) => {
    const words = Array.from(item, foldCase).join("").split(space).filter(Boolean);
    const text = `${words.join(" ")}\n`;
    let sum = 0n;
    for (let n = 0; n < text.length; n++) {
      powers[n] ??= BigInt.asUintN(64, powers[n - 1] * powers[0]);
      sum += powers[n] * BigInt(text.charCodeAt(n));
    }
    return Number(BigInt.asUintN(64, sum) >> 16n);
  };
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
 * @param {string} text @param {Hash} constants
 */
export function readFingerprints(text, { fingerprint: size }) {
  const bytes = fromBase64(text);
  return new Set(
    Array.from({ length: bytes.length / size }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size).reduce((sum, byte) => 256 * sum + byte, 0),
    ),
  );
}

/**
 * Return different fingerprints as `readFingerprints` reads them.
 * @param {number[]} numbers @param {Hash} constants
 */
export function writeFingerprints(numbers, { fingerprint: size }) {
  const digits = numbers
    .sort((a, b) => a - b)
    .map((number) => number.toString(16).padStart(2 * size, "0"))
    .join("");
  return btoa(digits.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
}
