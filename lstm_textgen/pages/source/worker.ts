/**
 * The worker that holds one model, or that learns. It gets requests as messages, and answers each
 * with one.
 */

import type { Asked, Job } from "./teaching/start.ts";
import { share } from "./teaching/team.ts";
import { teach } from "./teaching/training.ts";
import { Writer } from "./writing/writer.ts";

/** Beginnings of the keys of phrases that may be the message of an error. */
const KEYS = /^(intake|teach)\.[a-z.-]+$/;

/** The role of a worker that shares batches with one that teaches. */
class Helper {
  constructor({ port }: { port: MessagePort }) {
    share(port);
  }
}

/** A run of training, which begins at once and reports by messages. */
class Lesson {
  asked: Asked = {};

  constructor(task: Omit<Job, "seed" | "report" | "asked">) {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const report: Job["report"] = (news) =>
      postMessage(news, { transfer: "weights" in news ? [news.weights.buffer] : [] });
    teach({ ...task, seed, report, asked: this.asked }).catch((error: Error) => {
      const memory = error instanceof RangeError;
      const message = KEYS.test(error.message)
        ? error.message
        : `teach.failed.${memory ? "memory" : "worker"}`;
      report({ event: "failed", message, detail: error.message });
    });
  }

  /** Use the memory of an earlier state. */
  reuse({ weights }: { weights: Uint8Array }) {
    this.asked.room = weights;
  }

  /** End with the best so far. */
  stop() {
    this.asked.stop = true;
  }
}

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
