/** The batches that a page learns from, and those by which it measures what it has learned. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { Batches, type Form, readings } from "../source/teaching/batches.ts";
import { randomNumbers } from "../source/writing/sampler.ts";

/** Return the windows of an epoch: for each batch, x and y of each row, and whether it is empty. */
function windowsOf(text: Int32Array | Int32Array[], form: Form) {
  return Array.from(new Batches(text, form).epoch(randomNumbers(1, 1)), ({ x, y, empty }) => {
    const row = (ids: Int32Array, n: number) =>
      Array.from(ids.filter((_, m) => m % form.rows === n));
    const rows = Array.from({ length: form.rows }, (_, n) => [row(x, n), row(y, n)]);
    return { rows, empty };
  });
}

/** Return items of one to five ids, which are the item's number; 99 ends each. */
function itemsOf(count: number) {
  return Array.from({ length: count }, (_, n) =>
    Int32Array.from([...Array(1 + (n % 5)).fill(n), 99]),
  );
}

test("each row reads on through the ring of a text", () => {
  const text = Int32Array.from({ length: 50 }, (_, n) => n);
  const form = { rows: 3, lookback: 4, run: 2, whole: false, ends: 0 };
  const batches = windowsOf(text, form);
  deepEqual(
    batches.map(({ empty }) => empty),
    [true, false, true, false],
  );
  for (let n = 0; n < 3; n++) {
    const [read, next] = [0, 1].map((side) => batches.flatMap(({ rows }) => rows[n][side]));
    deepEqual(
      read,
      read.map((_, m) => (read[0] + m) % 50),
    );
    deepEqual(
      next,
      read.map((id) => (id + 1) % 50),
    );
  }
});

test("each window begins with a whole item", () => {
  const items = itemsOf(20);
  for (const { rows, empty } of windowsOf(items, {
    rows: 2,
    lookback: 8,
    run: 0,
    whole: true,
    ends: 1,
  })) {
    ok(empty);
    for (const [[before, ...read], next] of rows) {
      equal(before, 99);
      deepEqual(read, next.slice(0, -1));
      deepEqual(next.slice(0, items[next[0]].length), [...items[next[0]]]);
    }
  }
});

test("the first of the windows that carry the state over begins with an item", () => {
  const form = { rows: 2, lookback: 4, run: 3, whole: false, aligned: true, ends: 1 };
  windowsOf(itemsOf(30), form).forEach(({ rows, empty }, n) => {
    equal(empty, n % 3 === 0);
    for (const [[before, first]] of empty ? rows : []) {
      equal(before, 99);
      ok(first !== 99);
    }
  });
});

test("each unit that is held out is predicted once, after those before it", () => {
  const held = Int32Array.from({ length: 300 }, (_, n) => n);
  const all = Array.from(readings(held, [-5], { rows: 4, lookback: 8 }, 16));
  const pairs = all.flatMap(({ x, y }) => Array.from(y, (id, n) => [x[n], id]));
  const counted = pairs.filter(([, id]) => id >= 0).sort((a, b) => a[1] - b[1]);
  deepEqual(
    counted,
    Array.from(held, (id) => [id ? id - 1 : -5, id]),
  );
});
