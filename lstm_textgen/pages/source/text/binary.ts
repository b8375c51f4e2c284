/** Numbers that a page holds as text. */

/** Return the bytes that `text` encodes in base64. */
export function fromBase64(text: string) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length); // `from` takes ten times as long
  for (let n = 0; n < bytes.length; n++) {
    bytes[n] = characters.charCodeAt(n);
  }
  return bytes;
}

/** Return `bytes` in base64. */
export function toBase64(bytes: Uint8Array) {
  const parts = [];
  // A call takes only so many arguments.
  for (let n = 0; n < bytes.length; n += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(n, n + 8192)));
  }
  return btoa(parts.join(""));
}

/** Return the number whose 16 bits are `bits` (IEEE 754 binary16). */
export function fromHalf(bits: number) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent ? sign * 2 ** (exponent - 25) * (1024 + fraction) : sign * 2 ** -24 * fraction;
}

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** Return the 16 bits of the number nearest to `number`, a 32-bit float. */
export function toHalf(number: number) {
  float[0] = number;
  const sign = (floatBits[0] >>> 16) & 0x8000;
  const size = Math.abs(number);
  if (!(size < 65520)) return sign | (Number.isNaN(number) ? 0x7e00 : 0x7c00);
  const exponent = Math.max(((floatBits[0] >>> 23) & 0xff) - 127, -14);
  return sign | (((exponent + 14) << 10) + toWhole(size * 2 ** (10 - exponent)));
}

/** Return the whole number nearest to `x`, at most a million; of two, the even one. */
export function toWhole(x: number) {
  const magic = 12582912; // from which on the 32-bit floats are whole
  return Math.fround(x + magic) - magic;
}
