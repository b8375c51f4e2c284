/** The role of a worker that teaches: from a text and a model to a run of training. */

import { makeCorpus } from "./corpus.js";
import { share } from "./member.js";
import { recruiter } from "./team.js";
import { teach } from "./training.js";

/** The seed of random numbers of a run that is the same everywhere. */
const SAME_SEED = 1;

/** Beginnings of the keys of phrases that may be the message of an error. */
const KEYS = /^(intake|teach)\.[a-z.-]+$/;

/** The role of a worker that shares batches with one that teaches. */
export class Helper {
  /** @param {{port: MessagePort}} message */
  constructor({ port }) {
    share(port);
  }
}

/** A run of training, which begins at once and reports by messages. */
export class Lesson {
  /** @type {import("./start.js").Asked} */
  asked = {};

  /**
   * @param {import("./teacher.js").Task & {constants: import("./page.js").Constants,
   *   codes: Uint8Array[], ports: MessagePort[]}} task
   */
  constructor(task) {
    this.#run(task).catch((/** @type {Error} */ error) => {
      const memory = error instanceof RangeError;
      const message = KEYS.test(error.message)
        ? error.message
        : `teach.failed.${memory ? "memory" : "worker"}`;
      postMessage({ event: "failed", message, detail: error.message });
    });
  }

  /** @param {ConstructorParameters<typeof Lesson>[0]} task */
  async #run({ text, items, facts, weights, name, goesOn, same, constants, codes, ports }) {
    /** @param {import("./model.js").Facts | null} parent */
    const corpusFor = (parent) =>
      makeCorpus({ text, items, facts: parent, goesOn, constants, name });
    const [simd] = codes.slice(-1);
    const best = codes.find((code) => WebAssembly.validate(/** @type {BufferSource} */ (code)));
    await teach({
      corpus: corpusFor(facts),
      anew: goesOn ? undefined : () => corpusFor(null),
      parent: facts && weights ? { facts, weights } : null,
      constants,
      same,
      seed: same ? SAME_SEED : Math.floor(Math.random() * 2 ** 31),
      makeTeam: recruiter((!same && best) || simd, ports),
      report: (news) => postMessage(news, { transfer: news.weights ? [news.weights.buffer] : [] }),
      asked: this.asked,
    });
  }

  /** Use the memory of an earlier state. @param {{weights: Uint8Array}} message */
  reuse({ weights }) {
    this.asked.room = weights;
  }

  /** End with the best so far. */
  stop() {
    this.asked.stop = true;
  }
}
