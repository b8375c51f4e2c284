/** BLAKE2b (RFC 7693), by whose hash the program knows a text that was learned before. */

/** Bytes that are hashed at once. */
const BLOCK = 128;

/** The order in which each round takes the words of a block; there are two more, like the first. */
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
].map((order) => Array.from(order, (digit) => 2 * Number.parseInt(digit, 16)));

/** Words of 64 bits, each its lower half first, as in all that follows. */
const FIRST = Uint32Array.of(
  0xf3bcc908,
  0x6a09e667,
  0x84caa73b,
  0xbb67ae85,
  0xfe94f82b,
  0x3c6ef372,
  0x5f1d36f1,
  0xa54ff53a,
  0xade682d1,
  0x510e527f,
  0x2b3e6c1f,
  0x9b05688c,
  0xfb41bd6b,
  0x1f83d9ab,
  0x137e2179,
  0x5be0cd19,
);

/** The words that each quarter of a round mixes: columns of a square, then its diagonals. */
const QUARTERS = [
  [0, 8, 16, 24],
  [2, 10, 18, 26],
  [4, 12, 20, 28],
  [6, 14, 22, 30],
  [0, 10, 20, 30],
  [2, 12, 22, 24],
  [4, 14, 16, 26],
  [6, 8, 18, 28],
];

/**
 * Return the hash of 8 bytes of `text` in UTF-8: 16 hexadecimal digits.
 * @param {string} text
 */
export function hashOf(text) {
  const data = new TextEncoder().encode(text);
  const hash = FIRST.slice();
  hash[0] ^= 0x01010008; // 8 bytes, without a key
  let start = 0;
  for (; start + BLOCK < data.length; start += BLOCK) {
    compress(hash, data.subarray(start, start + BLOCK), start + BLOCK, false);
  }
  const last = new Uint8Array(BLOCK);
  last.set(data.subarray(start));
  compress(hash, last, data.length, true);
  const bytes = new Uint8Array(hash.buffer, 0, 8);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Mix a block into the `hash`; the text has `length` bytes up to its end.
 * @param {Uint32Array} hash @param {Uint8Array} block @param {number} length @param {boolean} last
 */
function compress(hash, block, length, last) {
  const words = new Uint32Array(32);
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  words.forEach((_, n) => {
    words[n] = view.getUint32(4 * n, true);
  });
  const state = new Uint32Array(32);
  state.set(hash);
  state.set(FIRST, 16);
  state[24] ^= length;
  if (last) {
    state[28] ^= -1;
    state[29] ^= -1;
  }
  for (let round = 0; round < 12; round++) {
    const order = ORDERS[round % 10];
    QUARTERS.forEach(([a, b, c, d], n) => {
      addWord(state, a, state[b], state[b + 1]);
      addWord(state, a, words[order[2 * n]], words[order[2 * n] + 1]);
      turnWord(state, d, a, 32);
      addWord(state, c, state[d], state[d + 1]);
      turnWord(state, b, c, 24);
      addWord(state, a, state[b], state[b + 1]);
      addWord(state, a, words[order[2 * n + 1]], words[order[2 * n + 1] + 1]);
      turnWord(state, d, a, 16);
      addWord(state, c, state[d], state[d + 1]);
      turnWord(state, b, c, 63);
    });
  }
  hash.forEach((_, n) => {
    hash[n] ^= state[n] ^ state[n + 16];
  });
}

/**
 * Add a word of two halves to word `n`.
 * @param {Uint32Array} state @param {number} n @param {number} low @param {number} high
 */
function addWord(state, n, low, high) {
  const sum = state[n] + low;
  state[n] = sum;
  state[n + 1] += high + (sum > 0xffffffff ? 1 : 0);
}

/**
 * Turn word `n`, after it is mixed with word `m`, to the right.
 * @param {Uint32Array} state @param {number} n @param {number} m @param {number} bits
 */
function turnWord(state, n, m, bits) {
  let [low, high] = [state[n] ^ state[m], state[n + 1] ^ state[m + 1]];
  if (bits >= 32) {
    [low, high] = [high, low];
  }
  const rest = bits % 32;
  state[n] = rest ? (low >>> rest) | (high << (32 - rest)) : low;
  state[n + 1] = rest ? (high >>> rest) | (low << (32 - rest)) : high;
}
