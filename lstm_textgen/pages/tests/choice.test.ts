/** Which of the words and phrases that models offer are shown. */

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { distinct, unrepeated, varied } from "../source/tabs/together/choice.ts";
import type { Offer } from "../source/tabs/together/offered.ts";

/** Return offers of these texts, the most probable first. */
function offersOf(texts: string[]) {
  return texts.map((text) => ({ text, word: text.trim() || text })) as Offer[];
}

function textsOf(offers: Offer[]) {
  return offers.map(({ text }) => text);
}

test("what looks alike, or comes next anyway, takes no place", () => {
  const offers = offersOf([" “", "\n\n", "\n", '"', ".", "th", " the", " cat"]);
  deepEqual(textsOf(distinct(offers, false, ". Then", 9)), [" “", "th", " the", " cat", "\n\n"]);
  deepEqual(textsOf(distinct(offers, false, " the end", 3)), [" “", ".", "\n\n"]);
});

test("phrases of two models differ in their first words", () => {
  const offers = offersOf([" “I know,”", ' "I know,"', " i think,", " we know."]);
  deepEqual(textsOf(distinct(offers, true, "", 3)), [" “I know,”", " we know."]);
});

test("no phrase repeats four words of the sheet, unless all do", () => {
  const offers = offersOf(["was gone, and the Lamp", "came back", "was gone, and the boat"]);
  const text = "The goat was gone and the lamp.";
  deepEqual(textsOf(unrepeated(offers, text)), ["came back"]);
  deepEqual(textsOf(unrepeated(offers.slice(0, 1), text)), ["was gone, and the Lamp"]);
});

test("phrases that echo come last, and one goes on", () => {
  const offers = offersOf(["on the hill.", "in the kitchen was odd.", "by the sea.", "while it"]);
  deepEqual(textsOf(varied(offers, "The kitchen was odd,", 2)), ["on the hill.", "while it"]);
});
