/** WebAssembly's memory, and the arithmetic in it: kernels.ts, or its product in JavaScript. */

/** Bytes at the beginning of the memory that kernels.ts uses itself. */
const START = 81920;

/** Rows of a packed matrix that are side by side. */
const SIDE = 8;

/** Return `length` rounded up to a multiple of 4. */
export function pad(length: number) {
  return (length + 3) & ~3;
}

/** Return the first of these `codes` of kernels.ts that this browser runs, compiled; or null. */
export function compiled(codes: Uint8Array[]) {
  for (const code of codes) {
    try {
      return new WebAssembly.Module(code as BufferSource);
    } catch {
      // The browser has no such SIMD, or no WebAssembly.
    }
  }
  return null;
}

/** Room for numbers, which is taken once everything has its place there. */
export class Heap {
  used: number;
  numbers: Float32Array<ArrayBuffer>; // All the numbers, once it is open.
  kernels: Record<string, (...numbers: number[]) => number>; // by their names in kernels.ts
  memory: WebAssembly.Memory | undefined;

  constructor() {
    this.used = START;
    this.numbers = new Float32Array();
    this.kernels = {};
    this.memory = undefined;
  }

  /** Return the address of `length` numbers, which are 0 at first. */
  take(length: number) {
    const at = this.used;
    this.used += 4 * pad(length);
    return at;
  }

  /**
   * Return a matrix whose rows are padded. Not all begin at the same place in a processor's cache,
   * which takes a tenth longer.
   */
  matrix(rows: number, width: number) {
    const stride = pad(width) + (pad(width) % 64 ? 0 : 4);
    return new Matrix(this.take(rows * stride), rows, width, stride);
  }

  /** Return a matrix that is packed for products, as `pack` in kernels.ts does it. */
  packed(rows: number, width: number) {
    return new Matrix(this.take(packedSize(rows, width)), rows, width, 0);
  }

  /**
   * Take the memory, or make that of an earlier heap empty and large enough: memory that nobody
   * needs any more is freed late.
   * @param module of kernels.ts; null: only its product, in JavaScript
   */
  open(module: WebAssembly.Module | null, earlier?: WebAssembly.Memory) {
    if (!module) {
      this.numbers = new Float32Array(this.used / 4);
      this.kernels.product = (...sizes) => this.product(sizes);
      return;
    }
    const pages = Math.ceil(this.used / 65536);
    const memory = earlier ?? new WebAssembly.Memory({ initial: pages });
    memory.grow(Math.max(0, pages - memory.buffer.byteLength / 65536));
    this.memory = memory;
    this.numbers = new Float32Array(memory.buffer);
    if (earlier) {
      this.numbers.fill(0, 0, this.used / 4); // the rest may never have been used
    }
    const { exports } = new WebAssembly.Instance(module, { env: { memory, log: Math.log } });
    this.kernels = exports as Heap["kernels"];
  }

  /** Return a matrix's numbers, or those of its first rows. */
  view({ at, stride, ...matrix }: Matrix, rows = matrix.rows) {
    return this.numbers.subarray(at / 4, at / 4 + rows * stride);
  }

  /**
   * Set `to` to `from` plus the products of the rows of `a`, which is packed, one for each column,
   * and of the rows of `b` or, if it is `turned`, its columns, one for each row.
   */
  multiply(a: Matrix, b: Matrix, from: Matrix, to: Matrix, turned = false) {
    const sizes = [b.at, b.stride, Number(turned), turned ? b.width : b.rows, a.width];
    this.kernels.product(a.at, a.rows, ...sizes, from.at, from.stride, to.at, to.stride);
  }

  /** Pack `from` or, if `turned`, its transpose as `to`. */
  pack({ at, stride }: Matrix, turned: boolean, to: Matrix) {
    this.kernels.pack(at, stride, to.rows, to.width, Number(turned), to.at);
  }

  /** The product of kernels.ts, in JavaScript, of a `b` that isn't turned. */
  product([a, M, b, bStride, , N, K, from, fromStride, c, cStride]: number[]) {
    const { numbers } = this;
    for (let n = 0; n < N; n++) {
      for (let m = 0; m < M; m++) {
        let sum = numbers[from / 4 + n * fromStride + m];
        const x = a / 4 + placeIn(K, m, 0);
        const y = b / 4 + n * bStride;
        for (let k = 0; k < K; k++) {
          sum += numbers[x + SIDE * k] * numbers[y + k];
        }
        numbers[c / 4 + n * cStride + m] = sum;
      }
    }
    return 0;
  }
}

/** Return where in a packed matrix with this `width` a number is. */
export function placeIn(width: number, row: number, column: number) {
  return (row - (row % SIDE)) * pad(width) + SIDE * column + (row % SIDE);
}

/** Return the numbers that a packed matrix takes. */
function packedSize(rows: number, width: number) {
  return SIDE * Math.ceil(rows / SIDE) * pad(width);
}

/** Where a matrix is on a heap. */
export class Matrix {
  at: number;
  rows: number;
  width: number;
  stride: number;

  /**
   * @param at its address
   * @param stride from a row to the next, in numbers; 0: all rows are the same
   */
  constructor(at: number, rows: number, width: number, stride = width) {
    this.at = at;
    this.rows = rows;
    this.width = width;
    this.stride = stride;
  }

  /** Return the address of row `n`. */
  row(n: number) {
    return this.at + 4 * this.stride * n;
  }

  /** Return its first row, as often as needed. */
  repeated() {
    return new Matrix(this.at, this.rows, this.width, 0);
  }

  /** Return `rows` rows from `first` on. */
  part(first: number, rows: number) {
    return new Matrix(this.row(first), rows, this.width, this.stride);
  }
}
