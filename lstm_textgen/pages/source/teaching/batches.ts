/**
 * Ids → batches, as in `batches.hy`. A batch has `rows` windows of `lookback` ids, x, and those
 * that follow each of them, y; place n of it is row n % rows at step n / rows, rounded down.
 */

import type { Batch } from "../network/learning.ts";

/** Of batches. */
export interface Form {
  rows: number;
  lookback: number;
  run: number; // windows in a row that carry the state over; 0: all of an epoch
  whole: boolean; // whether each window begins with an item
  aligned?: boolean; // whether the first window of each run does
  ends: number; // units that end an item; 0: it isn't a list
}

/** The batches of a text, which is a ring, or of the items of a list. */
export class Batches {
  parts: Int32Array[];
  form: Form;
  room: number;
  steps: number;

  constructor(text: Int32Array | Int32Array[], form: Form) {
    const { rows, lookback, whole, ends } = form;
    this.parts = text instanceof Int32Array ? [text] : text;
    this.form = form;
    this.room = lookback - ends;
    const windows = whole
      ? windowsOf(this.parts, this.room).length
      : Math.floor(joined(text).length / lookback);
    this.steps = Math.max(1, Math.floor(windows / rows));
  }

  /** Yield the batches of an epoch. */
  *epoch(random: () => number): Generator<Batch> {
    const { form, steps } = this;
    const parts = shuffle([...this.parts], random);
    const ids = joined(parts);
    const begin = form.whole ? this.#dealt(parts, random) : this.#streams(parts, random);
    for (let step = 0; step < steps; step++) {
      const starts = Array.from({ length: form.rows }, (_, row) => ids.length + begin(row, step));
      const empty = form.whole || (form.run ? step % form.run : step) === 0;
      yield fill(form, empty, (row, n) => ids[(starts[row] + n) % ids.length]);
    }
  }

  /** Return a function from a row and a step to where a window begins: each with an item. */
  #dealt(parts: Int32Array[], random: () => number) {
    const { rows, ends } = this.form;
    const windows = shuffle(windowsOf(parts, this.room), random);
    return (row: number, step: number) => windows[(step * rows + row) % windows.length] - ends;
  }

  /** Return such a function for windows that follow each other in their row. */
  #streams(parts: Int32Array[], random: () => number) {
    const { rows, lookback, run, aligned, ends } = this.form;
    const bounds = [0];
    for (const { length } of parts) {
      bounds.push(bounds[bounds.length - 1] + length);
    }
    const size = bounds[bounds.length - 1];
    const first = Math.floor(random() * size);
    const place = (row: number, step: number) =>
      (first + Math.floor((size * row) / rows) + step * lookback) % size;
    return (row: number, step: number) => {
      const since = aligned ? step % run : 0; // windows since one that begins with an item
      const from = place(row, step - since);
      return aligned ? lastUpTo(bounds, from) - ends + since * lookback : from;
    };
  }
}

/** Return the last of the rising `bounds` that is at most `place`. */
function lastUpTo(bounds: number[], place: number) {
  let [low, high] = [0, bounds.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    [low, high] = bounds[middle] <= place ? [middle, high] : [low, middle];
  }
  return bounds[low];
}

/**
 * Yield batches in which each of the ids of a text is predicted once, as `--score` does. Each row
 * has a part of them and first reads up to `runIn` before it; before the text comes its `start`.
 */
export function readings(
  ids: Int32Array,
  start: number[],
  form: Pick<Form, "rows" | "lookback">,
  runIn: number,
) {
  const text = joined([Int32Array.from(start), ids]);
  const bound = (row: number) => start.length + Math.floor((ids.length * row) / form.rows);
  const parts = Array.from({ length: form.rows }, (_, row) => {
    const begin = Math.max(0, bound(row) - 1 - runIn);
    return { ids: text.subarray(begin, bound(row + 1)), read: bound(row) - begin };
  });
  return sideBySide(parts, form);
}

/**
 * Yield batches in which each row reads one of the `parts`, and then the next ones; the first ids
 * of each are only read, the others predicted, too.
 */
export function* sideBySide(
  parts: { ids: Int32Array; read: number }[],
  form: Pick<Form, "rows" | "lookback">,
): Generator<Batch> {
  const { rows, lookback } = form;
  for (let first = 0; first < parts.length; first += rows) {
    const some = parts.slice(first, first + rows);
    const longest = Math.max(...some.map(({ ids }) => ids.length - 1));
    for (let begin = 0; begin < longest; begin += lookback) {
      const idAt = (row: number, n: number) => some[row]?.ids[begin + n];
      yield fill(
        form,
        begin === 0,
        (row, n) => idAt(row, n) ?? 0,
        (row, n) => (begin + n + 1 >= some[row]?.read ? (idAt(row, n + 1) ?? -1) : -1),
      );
    }
  }
}

/** Return a batch; `x` and `y` return what it has at step n of a row. */
function fill(
  { rows, lookback }: Pick<Form, "rows" | "lookback">,
  empty: boolean,
  x: (row: number, n: number) => number,
  y = (row: number, n: number) => x(row, n + 1),
): Batch {
  const batch = { x: new Int32Array(rows * lookback), y: new Int32Array(rows * lookback), empty };
  for (let place = 0; place < batch.x.length; place++) {
    const [row, n] = [place % rows, Math.floor(place / rows)];
    batch.x[place] = x(row, n);
    batch.y[place] = y(row, n);
  }
  return batch;
}

/**
 * Return where windows of this `length` begin that read the `items`. The item that the end of a
 * window cuts off begins the next one, unless it is as long as that; the last one always begins
 * one.
 */
export function windowsOf(items: Int32Array[], length: number) {
  const starts = [0];
  let [end, last] = [0, 0];
  items.forEach((item, n) => {
    const next = end + item.length;
    while (next > last + length || (n === items.length - 1 && end > last)) {
      last = end > last ? end : last + length;
      starts.push(last);
    }
    end = next;
  });
  return starts;
}

/** Return ids, of a text or of the items of a list, as one array. */
export function joined(parts: Int32Array | Int32Array[]) {
  if (parts instanceof Int32Array) return parts;
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** Put `values` into a random order, and return them. */
function shuffle<T>(values: T[], random: () => number) {
  for (let n = values.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [values[n], values[other]] = [values[other], values[n]];
  }
  return values;
}
