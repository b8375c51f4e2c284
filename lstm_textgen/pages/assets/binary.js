/** Numbers that a page holds as text. */

/**
 * Return the bytes that `text` encodes in base64.
 * @param {string} text
 */
export function fromBase64(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length); // `from` takes ten times as long
  for (let n = 0; n < bytes.length; n++) {
    bytes[n] = characters.charCodeAt(n);
  }
  return bytes;
}

/**
 * Return `bytes` in base64.
 * @param {Uint8Array} bytes
 */
export function toBase64(bytes) {
  const parts = [];
  // A call takes only so many arguments.
  for (let n = 0; n < bytes.length; n += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(n, n + 8192)));
  }
  return btoa(parts.join(""));
}

/**
 * Return the number whose 16 bits are `bits` (IEEE 754 binary16).
 * @param {number} bits
 */
export function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  }
  return exponent ? sign * 2 ** (exponent - 25) * (1024 + fraction) : sign * 2 ** -24 * fraction;
}
