// The product of a matrix and a vector, four numbers at a time: nearly all that a network does.
// This is AssemblyScript; `npm run build` makes product.wasm of it.

/**
 * Set the `outputs` numbers at `to` to the matrix at `matrix`, a row of `inputs` numbers for each,
 * times the vector at `vector`. Numbers are of 32 bits, their counts are multiples of 4, and their
 * places are in bytes.
 */
export function product(matrix: usize, vector: usize, to: usize, inputs: i32, outputs: i32): void {
  const row: usize = (<usize>inputs) << 2;
  for (let n = 0; n < outputs; n += 4) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let k: usize = 0; k < row; k += 16) {
      const x = v128.load(vector + k);
      const place = matrix + k;
      a = f32x4.add(a, f32x4.mul(x, v128.load(place)));
      b = f32x4.add(b, f32x4.mul(x, v128.load(place + row)));
      c = f32x4.add(c, f32x4.mul(x, v128.load(place + 2 * row)));
      d = f32x4.add(d, f32x4.mul(x, v128.load(place + 3 * row)));
    }
    f32.store(to, sum(a));
    f32.store(to, sum(b), 4);
    f32.store(to, sum(c), 8);
    f32.store(to, sum(d), 12);
    matrix += 4 * row;
    to += 16;
  }
}

/** Return the sum of the four numbers in `v`. */
function sum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}
