/** A model's worker: whatever goes wrong in it, requests are settled. */

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { Facts } from "../source/types.ts";

// The page's side and the worker's in one thread, with messages that take a moment.
let page = new EventTarget();
const worker = new EventTarget();
const tell = (target: EventTarget, type: string, values: object) =>
  setTimeout(() => target.dispatchEvent(Object.assign(new Event(type), values)));
class Sender extends EventTarget {
  constructor() {
    super();
    page = this;
  }
  postMessage(data: unknown) {
    tell(worker, "message", { data });
  }
}
Object.assign(globalThis, {
  Worker: Sender,
  addEventListener: worker.addEventListener.bind(worker),
  postMessage: (data: unknown) => tell(page, "message", { data }),
  reportError: ({ message }: Error) => tell(page, "error", { message }),
});
const { Model } = await import("../source/models/model.ts");
await import("../source/worker.ts");

const FACTS = {
  unit: "characters",
  units: ["a", "b"],
  unknown: null,
  layers: [["lstm", 1]],
  embedding: 1,
  bits: 16,
  names: "",
  lexicon: "",
  end: "",
} as unknown as Facts;

/** Return a function that asks a model whose weights have `size` bytes for an answer, or an error. */
function asking(size: number) {
  const model = new Model(FACTS, new Uint8Array(size));
  return (what: "begin" | "know") =>
    model.ask(what, { text: "a" } as never).catch(({ message }: Error) => message);
}

test("an exception rejects the request that met it", async () => {
  const ask = asking(10_000);
  match(String(await ask("begin")), /is not iterable|undefined/);
  deepEqual<unknown>(await ask("know"), {});
});

test("a worker that can't start rejects all requests", async () => {
  const ask = asking(0);
  const answers = [...(await Promise.all([ask("know"), ask("begin")])), await ask("know")];
  for (const answer of answers) {
    equal(answer, "Offset is outside the bounds of the DataView");
  }
});
