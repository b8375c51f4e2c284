/** Passages that a model copied from the text that it learned. */

import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { copiedParts, NoCopies, Passages } from "../source/text/copies.ts";
import { CONSTANTS } from "../source/ui/document.ts";

const PLACE = new URL("../../../corpora/lighthouse.txt", import.meta.url);
const LEARNED = readFileSync(PLACE, "utf8").slice(0, 8000);

/** Return the parts of `text` that are copied from what was learned. */
function copiedIn(text: string) {
  return copiedParts(text, new Passages(LEARNED, CONSTANTS.copied));
}

test("passages of 20 characters are found, and no others", () => {
  const texts = [LEARNED.slice(50, 70), LEARNED.slice(90, 109), LEARNED.slice(300, 400)];
  const found = copiedIn(`🙂${texts.join("@")}${LEARNED.slice(350, 400)}@`);
  deepEqual(found, [
    [1, 21],
    [42, 192],
  ]);
  deepEqual(copiedIn(LEARNED), [[0, LEARNED.length]]);
  deepEqual(copiedIn(""), []);
});

test("a model that wants nothing but to copy may not", () => {
  const units = [...new Set(LEARNED)].sort();
  const rule = new NoCopies(units, LEARNED, CONSTANTS.copied);
  let text = "";
  for (const wanted of LEARNED) {
    const place = { text, logits: [], output: new Float32Array(), written: [] };
    text += rule.refuses(units.indexOf(wanted), place) ? "" : wanted;
  }
  deepEqual(copiedIn(text), []);
  ok(text.length > 0.7 * LEARNED.length);
});
