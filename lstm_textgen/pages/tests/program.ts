/** Loaded before the tests: gives the modules the program's constants, as loader.ts does. */

import { execFileSync } from "node:child_process";

const PRINTED =
  "import hy, json; from lstm_textgen.pages.assembly import SHARED; print(json.dumps(SHARED))";

const printed =
  process.env.CONSTANTS ?? execFileSync("python", ["-c", PRINTED], { encoding: "utf8" });
Object.assign(globalThis, {
  unpacked: { constants: JSON.parse(printed), worker: "", kernels: [] },
});
