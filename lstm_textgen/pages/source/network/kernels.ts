// The arithmetic of a network that learns: products of matrices, an LSTM's gates, the loss, Adam.
// This is AssemblyScript; `npm run build` compiles it twice, for browsers with relaxed SIMD, which
// multiplies and adds in one instruction, and for those without.
//
// Numbers are of 32 bits, addresses in bytes, counts and strides (from a row to the next) in
// numbers. A "padded" row has zeros after its last number, up to a multiple of 4.

/** The natural logarithm, which a page has. */
// @ts-ignore: decorator
@external("env", "log")
declare function log(x: f64): f64;

/** Numbers of each row, and rows of `b`, that are multiplied at a time: they stay in caches. */
const DEPTH: i32 = 512;
const MANY: i32 = 36;

/** Where DEPTH × MANY numbers of rows of `b` are packed, in memory that heap.ts leaves alone. */
const ROOM: usize = 8192;

// @ts-ignore: decorator
@inline
function at(start: usize, n: i32): usize {
  return start + ((<usize>n) << 2);
}

/** sum + x·y */
// @ts-ignore: decorator
@inline
function madd(x: v128, y: v128, sum: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? f32x4.relaxed_madd(x, y, sum)
    : f32x4.add(sum, f32x4.mul(x, y));
}

/** The sum of the numbers of a vector. */
// @ts-ignore: decorator
@inline
function total(x: v128): f32 {
  x = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.add(x, v128.shuffle<f32>(x, x, 1, 0, 3, 2)), 0);
}

// * Products of matrices

/**
 * Put `size` rows side by side: the first number of each, then the second of each, and so on, to a
 * number of `depth`. Only `rows` of them are there, `width` numbers of each; the rest is 0. If they
 * are `turned`, they are the columns of a matrix.
 */
function weave(
  from: usize, stride: i32, turned: bool, rows: i32, width: i32, size: i32, depth: i32, to: usize,
): void {
  const step = at(0, stride);
  const next = at(0, size);
  let k = 0;
  if (rows == size && size > 1) {
    for (; k + 4 <= width; k += 4) {
      let r = 0;
      for (; r + 4 <= size; r += 4) {
        const x = at(from, turned ? k * stride + r : r * stride + k);
        let p = v128.load(x);
        let q = v128.load(x + step);
        let s = v128.load(x + 2 * step);
        let t = v128.load(x + 3 * step);
        if (!turned) {
          const low = v128.shuffle<f32>(p, q, 0, 4, 1, 5);
          const high = v128.shuffle<f32>(p, q, 2, 6, 3, 7);
          const lower = v128.shuffle<f32>(s, t, 0, 4, 1, 5);
          const higher = v128.shuffle<f32>(s, t, 2, 6, 3, 7);
          p = v128.shuffle<f32>(low, lower, 0, 1, 4, 5);
          q = v128.shuffle<f32>(low, lower, 2, 3, 6, 7);
          s = v128.shuffle<f32>(high, higher, 0, 1, 4, 5);
          t = v128.shuffle<f32>(high, higher, 2, 3, 6, 7);
        }
        const y = at(to, k * size + r);
        v128.store(y, p);
        v128.store(y + next, q);
        v128.store(y + 2 * next, s);
        v128.store(y + 3 * next, t);
      }
      if (r < size) {
        const x = at(from, turned ? k * stride + r : r * stride + k);
        const y = at(to, k * size + r);
        weavePair(x, step, turned, y, next);
      }
    }
  }
  for (; k < depth; k++) {
    for (let r = 0; r < size; r++) {
      const place = turned ? k * stride + r : r * stride + k;
      store<f32>(at(to, k * size + r), r < rows && k < width ? load<f32>(at(from, place)) : 0);
    }
  }
}

/** Put four numbers of two rows side by side. */
// @ts-ignore: decorator
@inline
function weavePair(x: usize, step: usize, turned: bool, y: usize, next: usize): void {
  if (turned) {
    for (let k: usize = 0; k < 4; k++) store<u64>(y + k * next, load<u64>(x + k * step));
  } else {
    const p = v128.load(x);
    const q = v128.load(x + step);
    const low = v128.shuffle<f32>(p, q, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(p, q, 2, 6, 3, 7);
    v128.store64_lane(y, low, 0);
    v128.store64_lane(y + next, low, 1);
    v128.store64_lane(y + 2 * next, high, 0);
    v128.store64_lane(y + 3 * next, high, 1);
  }
}

/**
 * Pack a matrix (rows × width, or width × rows if it is `turned`) for `product`: groups of eight
 * rows side by side, their width padded.
 */
export function pack(
  from: usize, stride: i32, rows: i32, width: i32, turned: bool, to: usize,
): void {
  const padded = (width + 3) & ~3;
  const line = turned ? 4 : padded; // as the rows of a turned matrix are far apart in memory
  for (let k = 0; k < width; k += line) {
    for (let r = 0; r < rows; r += 8) {
      const x = at(from, turned ? k * stride + r : r * stride + k);
      const y = at(to, r * padded + 8 * k);
      weave(x, stride, turned, min(8, rows - r), min(line, width - k), 8, min(line, padded - k), y);
    }
  }
}

/**
 * Set c (N × M) to `from` plus the products of the `M` rows of `a`, which is packed, and the `N`
 * rows of `b`, or its columns if it is `turned`: c[n, m] = from[n, m] + Σ a[m, k]·b[n, k], the sum
 * over `K`. `from` may be c; with a stride of 0, it is one row.
 */
export function product(
  a: usize, M: i32, b: usize, bStride: i32, turned: bool, N: i32, K: i32,
  from: usize, fromStride: i32, c: usize, cStride: i32,
): void {
  const padded = (K + 3) & ~3;
  const toRow = at(0, cStride);
  for (let k = 0; k < K; k += DEPTH) {
    const fromRow = at(0, fromStride);
    const depth = min(DEPTH, padded - k);
    for (let first = 0; first < N; first += MANY) {
      const last = min(N, first + MANY);
      for (let n = first; n < last; ) {
        const size = sizeOf(last - n);
        const x = at(b, turned ? k * bStride + n : n * bStride + k);
        weave(x, bStride, turned, size, min(DEPTH, K - k), size, depth, at(ROOM, (n - first) * depth));
        n += size;
      }
      for (let m = 0; m < M; m += 8) {
        const x = at(a, m * padded + 8 * k);
        for (let n = first; n < last; ) {
          const size = sizeOf(last - n);
          const y = at(ROOM, (n - first) * depth);
          const source = at(from, n * fromStride + m);
          const target = at(c, n * cStride + m);
          if (size == 6) bySix(x, y, depth, source, fromRow, target, toRow, M - m);
          else if (size == 4) byFour(x, y, depth, source, fromRow, target, toRow, M - m);
          else if (size == 2) byTwo(x, y, depth, source, fromRow, target, toRow, M - m);
          else byOne(x, y, depth, source, fromRow, target, toRow, M - m);
          n += size;
        }
      }
    }
    from = c;
    fromStride = cStride;
  }
}

/**
 * The number of rows of `b`, of those that are left, that are multiplied together: six need all
 * sixteen registers of a processor for vectors, and those of two instructions one more.
 */
// @ts-ignore: decorator
@inline
function sizeOf(left: i32): i32 {
  if (ASC_FEATURE_RELAXED_SIMD && left >= 6) return 6;
  return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

function bySix(
  a: usize, b: usize, depth: i32, from: usize, fromRow: usize, to: usize, toRow: usize, count: i32,
): void {
  sumsOf(a, b, 6, depth, from, fromRow, to, toRow, count);
}

function byFour(
  a: usize, b: usize, depth: i32, from: usize, fromRow: usize, to: usize, toRow: usize, count: i32,
): void {
  sumsOf(a, b, 4, depth, from, fromRow, to, toRow, count);
}

function byTwo(
  a: usize, b: usize, depth: i32, from: usize, fromRow: usize, to: usize, toRow: usize, count: i32,
): void {
  sumsOf(a, b, 2, depth, from, fromRow, to, toRow, count);
}

function byOne(
  a: usize, b: usize, depth: i32, from: usize, fromRow: usize, to: usize, toRow: usize, count: i32,
): void {
  sumsOf(a, b, 1, depth, from, fromRow, to, toRow, count);
}

/**
 * Eight rows of `a` times six, four, two, or one of `b`. A processor adds to eight vectors of sums
 * at a time: of one or two rows of `b`, two or four numbers are summed up apart.
 */
// @ts-ignore: decorator
@inline
function sumsOf(
  a: usize, b: usize, rows: i32, depth: i32,
  from: usize, fromRow: usize, to: usize, toRow: usize, count: i32,
): void {
  let p = f32x4.splat(0);
  let q = p;
  let r = p;
  let s = p;
  let t = p;
  let u = p;
  let v = p;
  let w = p;
  let f = p;
  let g = p;
  let h = p;
  let i = p;
  // Parameters of inlined functions may be the caller's variables.
  let d = a;
  const end = at(b, rows * depth);
  for (let e = b; e < end; e += rows > 4 ? 24 : 16) {
    let x = v128.load(d);
    let y = v128.load(d, 16);
    let z = v128.load32_splat(e);
    p = madd(x, z, p);
    q = madd(y, z, q);
    if (rows < 2) {
      x = v128.load(d, 32);
      y = v128.load(d, 48);
    }
    z = v128.load32_splat(e, 4);
    r = madd(x, z, r);
    s = madd(y, z, s);
    if (rows < 4) {
      x = v128.load(d + (rows < 2 ? 64 : 32));
      y = v128.load(d + (rows < 2 ? 80 : 48));
    }
    z = v128.load32_splat(e, 8);
    t = madd(x, z, t);
    u = madd(y, z, u);
    if (rows < 2) {
      x = v128.load(d, 96);
      y = v128.load(d, 112);
    }
    z = v128.load32_splat(e, 12);
    v = madd(x, z, v);
    w = madd(y, z, w);
    if (rows > 4) {
      z = v128.load32_splat(e, 16);
      f = madd(x, z, f);
      g = madd(y, z, g);
      z = v128.load32_splat(e, 20);
      h = madd(x, z, h);
      i = madd(y, z, i);
    }
    d += rows > 4 ? 32 : 128 / rows;
  }
  if (rows < 4) {
    p = f32x4.add(p, t);
    q = f32x4.add(q, u);
    r = f32x4.add(r, v);
    s = f32x4.add(s, w);
  }
  if (rows < 2) {
    p = f32x4.add(p, r);
    q = f32x4.add(q, s);
  }
  putSums(p, q, from, to, count);
  if (rows > 1) putSums(r, s, from + fromRow, to + toRow, count);
  if (rows > 2) {
    putSums(t, u, from + 2 * fromRow, to + 2 * toRow, count);
    putSums(v, w, from + 3 * fromRow, to + 3 * toRow, count);
  }
  if (rows > 4) {
    putSums(f, g, from + 4 * fromRow, to + 4 * toRow, count);
    putSums(h, i, from + 5 * fromRow, to + 5 * toRow, count);
  }
}

/** Set `count` numbers, or eight if they are more, to those at `from` plus `x` and `y`. */
// @ts-ignore: decorator
@inline
function putSums(x: v128, y: v128, from: usize, to: usize, count: i32): void {
  if (count >= 8) {
    v128.store(to, f32x4.add(v128.load(from), x));
    v128.store(to, f32x4.add(v128.load(from, 16), y), 16);
  } else {
    putSome(x, from, to, count);
    putSome(y, from + 16, to + 16, count - 4);
  }
}

/** Set at most four numbers. */
function putSome(x: v128, from: usize, to: usize, count: i32): void {
  if (count > 0) store<f32>(to, load<f32>(from) + f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(to, load<f32>(from, 4) + f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(to, load<f32>(from, 8) + f32x4.extract_lane(x, 2), 8);
  if (count > 3) store<f32>(to, load<f32>(from, 12) + f32x4.extract_lane(x, 3), 12);
}

// * Sums, averages, masks

/** Add to the row `to` all `rows` of `from`. */
export function addRows(from: usize, stride: i32, rows: i32, columns: i32, to: usize): void {
  for (let r = 0; r < rows; r++) {
    add(at(from, r * stride), columns, to);
  }
}

/** Add the numbers at `from` to those at `to`: a multiple of 4 of them. */
export function add(from: usize, count: i32, to: usize): void {
  for (let n = 0; n < count; n += 4) {
    v128.store(at(to, n), f32x4.add(v128.load(at(to, n)), v128.load(at(from, n))));
  }
}

/** Move the numbers at `to` by a `part` of the way to those at `from`: a multiple of 4 of them. */
export function approach(from: usize, count: i32, part: f32, to: usize): void {
  const share = f32x4.splat(part);
  for (let n = 0; n < count; n += 4) {
    const x = v128.load(at(to, n));
    v128.store(at(to, n), madd(share, f32x4.sub(v128.load(at(from, n)), x), x));
  }
}

/** Swap a multiple of 4 numbers. */
export function swap(one: usize, other: usize, count: i32): void {
  for (let n = 0; n < count; n += 4) {
    const x = v128.load(at(one, n));
    v128.store(at(one, n), v128.load(at(other, n)));
    v128.store(at(other, n), x);
  }
}

/** Set the numbers at `to` to those at `from` times those of `mask`, which may be one of them. */
export function multiply(from: usize, mask: usize, count: i32, to: usize): void {
  for (let n = 0; n < count; n += 4) {
    v128.store(at(to, n), f32x4.mul(v128.load(at(from, n)), v128.load(at(mask, n))));
  }
}

// * The gates

/** The exponential, of at most e^88, as in Cephes; magic numbers round to a whole number. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(88)), f32x4.splat(-87));
  const magic = f32x4.splat(12582912);
  const shifted = madd(x, f32x4.splat(1.44269504088896341), magic);
  const n = f32x4.sub(shifted, magic);
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), x));
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(0.5));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000)));
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(one, exp(f32x4.add(x, x)))));
}

/** Load four numbers, or one. */
// @ts-ignore: decorator
@inline
function get(place: usize, four: bool): v128 {
  return four ? v128.load(place) : v128.load32_zero(place);
}

// @ts-ignore: decorator
@inline
function put(place: usize, x: v128, four: bool): void {
  if (four) v128.store(place, x);
  else store<f32>(place, f32x4.extract_lane(x, 0));
}

/**
 * A time of `rows` rows of an LSTM layer: z (rows × 4·units) becomes the gates i f g o, and c and h
 * (rows × units) what it remembers and says, from what it remembered `before`.
 */
export function forward(
  z: usize, zStride: i32, before: usize, c: usize, h: usize, rows: i32, units: i32, stride: i32,
): void {
  const gate = at(0, units);
  for (let r = 0; r < rows; r++) {
    for (let n = 0; n < units; ) {
      const four = n + 4 <= units;
      cell(at(z, n), gate, at(before, n), at(c, n), at(h, n), four);
      n += four ? 4 : 1;
    }
    z = at(z, zStride);
    before = at(before, stride);
    c = at(c, stride);
    h = at(h, stride);
  }
}

// @ts-ignore: decorator
@inline
function cell(z: usize, gate: usize, before: usize, c: usize, h: usize, four: bool): void {
  const i = sigmoid(get(z, four));
  const f = sigmoid(get(z + gate, four));
  const g = tanh(get(z + 2 * gate, four));
  const o = sigmoid(get(z + 3 * gate, four));
  const kept = madd(i, g, f32x4.mul(f, get(before, four)));
  put(z, i, four);
  put(z + gate, f, four);
  put(z + 2 * gate, g, four);
  put(z + 3 * gate, o, four);
  put(c, kept, four);
  put(h, f32x4.mul(o, tanh(kept)), four);
}

/**
 * The same time backward: the gates become the gradient of z, from that of h (dh) and that of c
 * (dc), which becomes that of `before`.
 */
export function backward(
  z: usize, zStride: i32, before: usize, c: usize, dh: usize, dc: usize, rows: i32, units: i32, stride: i32,
): void {
  const gate = at(0, units);
  for (let r = 0; r < rows; r++) {
    for (let n = 0; n < units; ) {
      const four = n + 4 <= units;
      cellBack(at(z, n), gate, at(before, n), at(c, n), at(dh, n), at(dc, n), four);
      n += four ? 4 : 1;
    }
    z = at(z, zStride);
    before = at(before, stride);
    c = at(c, stride);
    dh = at(dh, stride);
    dc = at(dc, stride);
  }
}

// @ts-ignore: decorator
@inline
function cellBack(
  z: usize, gate: usize, before: usize, c: usize, dh: usize, dc: usize, four: bool,
): void {
  const one = f32x4.splat(1);
  const i = get(z, four);
  const f = get(z + gate, four);
  const g = get(z + 2 * gate, four);
  const o = get(z + 3 * gate, four);
  const t = tanh(get(c, four));
  const d = get(dh, four);
  const od = f32x4.mul(o, d);
  const m = madd(od, f32x4.sub(one, f32x4.mul(t, t)), get(dc, four));
  const mi = f32x4.mul(m, i);
  const mf = f32x4.mul(m, f);
  put(z, f32x4.mul(f32x4.mul(mi, g), f32x4.sub(one, i)), four);
  put(z + gate, f32x4.mul(f32x4.mul(mf, get(before, four)), f32x4.sub(one, f)), four);
  put(z + 2 * gate, f32x4.mul(mi, f32x4.sub(one, f32x4.mul(g, g))), four);
  put(z + 3 * gate, f32x4.mul(f32x4.mul(od, t), f32x4.sub(one, o)), four);
  put(dc, mf, four);
}

/**
 * Add to the gradient dh (times × row) of the outputs h that of α·h² + β·(h - h of the time
 * before)², each times `scale`: see `regularized` in network.hy.
 */
export function steady(
  h: usize, dh: usize, times: i32, row: i32, scale: f32, alpha: f32, beta: f32,
): void {
  const own = f32x4.splat(scale * (alpha + 2 * beta));
  const other = f32x4.splat(-scale * beta);
  for (let t = 0; t < times; t++) {
    const back = t > 0 ? row : 0;
    const on = t < times - 1 ? row : 0;
    for (let n = t * row; n < t * row + row; n += 4) {
      const both = f32x4.add(v128.load(at(h, n - back)), v128.load(at(h, n + on)));
      const all = madd(both, other, f32x4.mul(own, v128.load(at(h, n))));
      v128.store(at(dh, n), f32x4.add(v128.load(at(dh, n)), all));
    }
  }
}

// * Loss and Adam

/**
 * Turn `rows` logits (padded) into the gradients of their losses times `scale`, and set `losses`
 * (rows) to these, in nats. The ids in `y` are those that came; where one is -1, there is no loss.
 * The logits are divided by `softer` first, by which gradients are then too large.
 */
export function loss(
  logits: usize, stride: i32, y: usize, rows: i32, size: i32, scale: f32, softer: f32, losses: usize,
): void {
  const sharp = f32x4.splat(1 / softer);
  for (let r = 0; r < rows; r++) {
    const row = at(logits, r * stride);
    const id = load<i32>(at(y, r));
    if (id < 0) {
      memory.fill(row, 0, at(0, stride));
      store<f32>(at(losses, r), 0);
      continue;
    }
    for (let n = size; n < stride; n++) store<f32>(at(row, n), -Infinity);
    let most = v128.load(row);
    for (let n = 4; n < stride; n += 4) most = f32x4.pmax(most, v128.load(at(row, n)));
    most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
    most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
    const own = (load<f32>(at(row, id)) - f32x4.extract_lane(most, 0)) / softer;
    let sum = f32x4.splat(0);
    for (let n = 0; n < stride; n += 4) {
      const e = exp(f32x4.mul(sharp, f32x4.sub(v128.load(at(row, n)), most)));
      v128.store(at(row, n), e);
      sum = f32x4.add(sum, e);
    }
    const all = total(sum);
    const share = f32x4.splat(scale / all);
    for (let n = 0; n < stride; n += 4) {
      v128.store(at(row, n), f32x4.mul(v128.load(at(row, n)), share));
    }
    for (let n = size; n < stride; n++) store<f32>(at(row, n), 0);
    store<f32>(at(row, id), load<f32>(at(row, id)) - scale);
    store<f32>(at(losses, r), <f32>log(all) - own);
  }
}

/** Return the sum of the squares of a multiple of 4 numbers. */
export function squares(from: usize, count: i32): f64 {
  let sum = f64x2.splat(0);
  for (let n = 0; n < count; n += 4) {
    let x = v128.load(at(from, n));
    x = f32x4.mul(x, x);
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(x));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 0, 1)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * A step of Adam, as in `StockLearner.learn`, on a multiple of 4 weights: their `gradient` times
 * `scale` moves the `mean` of it and of its `square`, and the weights by `rate`.
 */
export function adam(
  weights: usize, gradient: usize, mean: usize, square: usize, count: i32,
  scale: f32, rate: f32, beta1: f32, beta2: f32, epsilon: f32,
): void {
  const s = f32x4.splat(scale);
  const step = f32x4.splat(-rate);
  const b = f32x4.splat(1 - beta1);
  const c = f32x4.splat(1 - beta2);
  const e = f32x4.splat(epsilon);
  for (let n = 0; n < count; n += 4) {
    const g = f32x4.mul(s, v128.load(at(gradient, n)));
    let m = v128.load(at(mean, n));
    m = madd(b, f32x4.sub(g, m), m);
    let v = v128.load(at(square, n));
    v = madd(c, f32x4.sub(f32x4.mul(g, g), v), v);
    v128.store(at(mean, n), m);
    v128.store(at(square, n), v);
    const move = f32x4.div(f32x4.mul(step, m), f32x4.add(f32x4.sqrt(v), e));
    v128.store(at(weights, n), f32x4.add(v128.load(at(weights, n)), move));
  }
}
