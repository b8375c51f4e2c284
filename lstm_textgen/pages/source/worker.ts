/**
 * The worker that holds one model, or that learns. It gets requests as messages, and answers each
 * with one.
 */

import { Helper, Lesson } from "./teaching/lesson.ts";
import { Writer } from "./writing/writer.ts";

/** What a worker may be: the first message says which, and has what it needs. */
const ROLES = { write: Writer, teach: Lesson, share: Helper };

let role: Record<string, (message: object) => unknown>;

// Each message names what is to be done; one with a number is answered, if only by an error.
addEventListener("message", async ({ data }) => {
  const { number } = data;
  try {
    if (data.role) {
      role = new ROLES[data.role as keyof typeof ROLES](data) as unknown as typeof role;
    }
    const result = ((await role[data.do]?.(data)) ?? {}) as { weights?: Uint8Array<ArrayBuffer> };
    if (number !== undefined) {
      postMessage({ number, result }, { transfer: result.weights ? [result.weights.buffer] : [] });
    }
  } catch (error) {
    number === undefined ? reportError(error) : postMessage({ number, error: String(error) });
  }
});
