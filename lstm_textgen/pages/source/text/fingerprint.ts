/** Fingerprints of items, the same as in `items.hy`. */

import type { Constants } from "../types.ts";
import { fromBase64 } from "./binary.ts";

export type Hash = Pick<Constants, "factor" | "fingerprint" | "blank">;

/**
 * Return a function that returns the fingerprint of an item, a whole number: case and outer spaces
 * don't matter.
 */
export function fingerprinter({ factor, blank }: Hash) {
  const space = new RegExp(`[\\n${blank}]+`);
  const powers = [BigInt(factor)];
  return (item: string) => {
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

/** Return a letter without its case, as Python's casefold does. */
function foldCase(letter: string) {
  if (/\p{Script=Cherokee}/u.test(letter)) return letter.toUpperCase();
  return letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
}

/**
 * Return the set of the fingerprints that `text` holds in base64, the highest byte of each first.
 */
export function readFingerprints(text: string, { fingerprint: size }: Hash) {
  const bytes = fromBase64(text);
  return new Set(
    Array.from({ length: bytes.length / size }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size).reduce((sum, byte) => 256 * sum + byte, 0),
    ),
  );
}

/** Return different fingerprints as `readFingerprints` reads them. */
export function writeFingerprints(numbers: number[], { fingerprint: size }: Hash) {
  const digits = numbers
    .sort((a, b) => a - b)
    .map((number) => number.toString(16).padStart(2 * size, "0"))
    .join("");
  return btoa(digits.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
}
