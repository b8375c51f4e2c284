/**
 * Weights as pages hold them: rows of 16-bit floats or, of 8 bits, of whole numbers after the
 * 32-bit float by which they are multiplied.
 */

import { fromHalf, toHalf, toWhole } from "../text/binary.ts";
import type { Facts } from "../types.ts";
import { matricesOf, networkShape, sizesOf, weightsIn } from "./shapes.ts";

/** Steps to either side of 0 in a row of 8-bit weights. */
const LARGEST = 127;

/** Return how many bytes a model's weights have. */
export function packedSize(facts: Facts) {
  const bytes = (columns: number) => (facts.bits === 8 ? columns + 4 : 2 * columns);
  const sizes = sizesOf(networkShape(facts));
  return sizes.reduce((sum, { rows, columns }) => sum + rows * bytes(columns), 0);
}

/**
 * Return flat weights packed.
 * @param room earlier ones
 */
export function packed(flat: Float32Array, facts: Facts, room?: Uint8Array) {
  const size = packedSize(facts);
  const view = new DataView(room?.length === size ? room.buffer : new ArrayBuffer(size));
  const bytes = new Int8Array(view.buffer);
  let place = 0;
  for (const row of matricesOf(flat, networkShape(facts)).flat()) {
    if (facts.bits === 8) {
      let highest = 0;
      for (let n = 0; n < row.length; n++) {
        highest = Math.max(highest, Math.abs(row[n]));
      }
      const scale = Math.fround(highest / LARGEST) || 1;
      view.setFloat32(place, scale, true);
      place += 4;
      for (let n = 0; n < row.length; n++) {
        bytes[place + n] = toWhole(Math.fround(row[n] / scale));
      }
      place += row.length;
    } else {
      row.forEach((number, n) => {
        view.setUint16(place + 2 * n, toHalf(number), true);
      });
      place += 2 * row.length;
    }
  }
  return new Uint8Array(view.buffer);
}

/** Return flat weights from what `packed` returned. */
export function unpacked(bytes: Uint8Array, facts: Facts) {
  const flat = new Float32Array(weightsIn(networkShape(facts)));
  let place = 0;
  for (const row of rowsIn(bytes, facts)) {
    flat.set(row, place);
    place += row.length;
  }
  return flat;
}

/**
 * Yield the rows of all matrices in what `packed` returned, each of which the next one overwrites.
 */
export function* rowsIn(bytes: Uint8Array, facts: Facts): Generator<Float32Array, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const eight = facts.bits === 8;
  let place = 0;
  for (const { rows, columns } of sizesOf(networkShape(facts))) {
    const row = new Float32Array(columns);
    for (let k = 0; k < rows; k++) {
      const scale = eight ? view.getFloat32(place, true) : 1;
      place += eight ? 4 : 0;
      for (let n = 0; n < columns; n++) {
        row[n] = eight ? scale * view.getInt8(place) : fromHalf(view.getUint16(place, true));
        place += eight ? 1 : 2;
      }
      yield row;
    }
  }
}
