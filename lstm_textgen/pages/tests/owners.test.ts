/** Who wrote what on a sheet: which changes of a text change the writer of a word. */

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { OwnedText } from "../source/tabs/together/owners.ts";

/**
 * What happens to a text with a caret: a string is typed letter by letter, by a person; [string] is
 * added by a machine; a number moves the caret; `cut` deletes so many characters before it.
 */
type Step = string | [string] | number | { cut: number } | { undo: string } | { redo: string };

/** Return the text after these steps, and what of it is a machine's. */
function written(...steps: Step[]) {
  const all = new OwnedText();
  let at = 0;
  const become = (from: number, to: string, owner: string) => {
    const text = all.text.slice(0, from) + to + all.text.slice(at);
    at = from + to.length;
    all.become(text, at, owner);
  };
  const take = (step: Step) => {
    if (typeof step === "number") {
      at = step;
    } else if (typeof step === "string") {
      Array.from(step, (letter) => become(at, letter, "0"));
    } else if (Array.isArray(step)) {
      become(at, step[0], "1");
    } else if ("cut" in step) {
      Array.from({ length: step.cut }, () => become(at - 1, "", "0"));
    } else if ("undo" in step) {
      all.travel(step.undo, -1);
    } else {
      all.travel(step.redo, 1);
    }
  };
  steps.forEach(take);
  const machines = Array.from(all.text, (letter, n) => (all.whose[n] === "1" ? letter : "_"));
  return [all.text, machines.join("")];
}

test("what is beside a word, and its capitals, leave it a machine's", () => {
  deepEqual(written(["like a banana?"], { cut: 1 }, ","), ["like a banana,", "like a banana_"]);
  deepEqual(written(["a teapot "], { cut: 1 }, ", "), ["a teapot, ", "a teapot__"]);
  deepEqual(written("I ", ["danced"], 2, "donut "), ["I donut danced", "________danced"]);
  deepEqual(written("It told ", ["me"], 8, "see "), ["It told see me", "____________me"]);
  deepEqual(written("on ", ["friday"], 4, { cut: 1 }, "F"), ["on Friday", "___Friday"]);
  deepEqual(written(["a long time,"], { cut: 1 }), ["a long time", "a long time"]);
});

test("a word of which a letter changed is a person's", () => {
  deepEqual(written(["the noun"], "s"), ["the nouns", "the _____"]);
  deepEqual(written(["he noticed"], { cut: 1 }), ["he notice", "he ______"]);
  deepEqual(written(["the moon"], 6, "a"), ["the moaon", "the _____"]);
  deepEqual(written(["the moon"], 7, { cut: 1 }), ["the mon", "the ___"]);
});

test("a word that a machine completes is the machine's", () => {
  deepEqual(written("was sur", ["prised"]), ["was surprised", "____surprised"]);
  deepEqual(written("was sur", ["prised"], { undo: "was sur" }), ["was sur", "_______"]);
});

test("in Chinese each character is someone's", () => {
  deepEqual(written("你", ["们好"], "吗"), ["你们好吗", "_们好_"]);
});

test("undo and redo keep who wrote what, also after several steps", () => {
  const steps: Step[] = ["one ", ["two "], ["three"], { cut: 2 }, " x"];
  const earlier = [
    ["one two three", "____two three"],
    ["one two ", "____two "],
    ["one ", "____"],
  ];
  for (const [text, machines] of earlier) {
    deepEqual(written(...steps, { undo: text }), [text, machines]);
    const again = written(...steps, { undo: text }, { redo: "one two thr x" });
    deepEqual(again, ["one two thr x", "____two _____"]);
  }
});
