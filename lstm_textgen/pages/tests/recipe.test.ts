/** The plan of a run of learning. */

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { planFor } from "../source/teaching/recipe.ts";
import { CONSTANTS } from "../source/ui/document.ts";

test("only a network that replaces a parent may be large", () => {
  const sought = { units: 20_000, lookback: 64, parent: null, familiar: false, speed: 10 };
  const sizes = [false, true].map((large) => planFor({ ...sought, large }, CONSTANTS).layers[0][1]);
  deepEqual(sizes, [256, 512]);
});
