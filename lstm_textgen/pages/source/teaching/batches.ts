/**
 * Ids → batches, as in `batches.hy`. A batch has `rows` windows of `lookback` ids, x, and those
 * that follow each of them, y; place n of it is row n % rows at step n / rows, rounded down.
 */

export interface Batch {
  x: Int32Array; // ids
  y: Int32Array; // those that follow; -1: they don't count
  empty: boolean; // whether the windows begin with an empty state
}

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
  parts: Int32Array<ArrayBufferLike>[];
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
    const { form, room } = this;
    const { rows, lookback, run, whole, aligned, ends } = form;
    const parts = shuffle([...this.parts], random);
    const ids = joined(parts);
    const size = ids.length;
    const first = Math.floor(random() * size);
    const windows = whole ? shuffle(windowsOf(parts, room), random) : [];
    const bounds = [0];
    for (const { length } of parts) {
      bounds.push(bounds[bounds.length - 1] + length);
    }
    for (let step = 0; step < this.steps; step++) {
      const since = run ? step % run : step; // windows since an empty state
      const starts = Array.from({ length: rows }, (_, row) => {
        if (whole) {
          return windows[(step * rows + row) % windows.length] - ends;
        }
        const begin = first + Math.floor((size * row) / rows) + (step - since) * lookback;
        const item = bounds[bounds.filter((bound) => bound <= begin % size).length - 1];
        return (aligned ? item - ends : begin) + since * lookback;
      });
      const batch = makeBatch(rows, lookback, since === 0 || whole);
      for (let n = 0; n < rows * lookback; n++) {
        const place = starts[n % rows] + Math.floor(n / rows) + size;
        batch.x[n] = ids[place % size];
        batch.y[n] = ids[(place + 1) % size];
      }
      yield batch;
    }
  }
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
  { rows, lookback }: Pick<Form, "rows" | "lookback">,
): Generator<Batch> {
  for (let first = 0; first < parts.length; first += rows) {
    const some = parts.slice(first, first + rows);
    const longest = Math.max(...some.map(({ ids }) => ids.length - 1));
    for (let begin = 0; begin < longest; begin += lookback) {
      const batch = makeBatch(rows, lookback, begin === 0);
      for (let n = 0; n < rows * lookback; n++) {
        const { ids, read } = some[n % rows] ?? { ids: [0], read: 1 };
        const next = begin + Math.floor(n / rows) + 1;
        batch.x[n] = ids[Math.min(next, ids.length) - 1];
        batch.y[n] = next >= read && next < ids.length ? ids[next] : -1;
      }
      yield batch;
    }
  }
}

/** Return a batch to be filled. */
function makeBatch(rows: number, lookback: number, empty: boolean): Batch {
  const places = rows * lookback;
  return { x: new Int32Array(places), y: new Int32Array(places), empty };
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
  if (parts instanceof Int32Array) {
    return parts;
  }
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
