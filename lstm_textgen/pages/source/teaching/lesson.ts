/** The role of a worker that teaches: from a text and a model to a run of training. */

import type { Items } from "../text/items.ts";
import type { Constants, Facts } from "../types.ts";
import { makeCorpus } from "./corpus.ts";
import { share } from "./member.ts";
import type { Asked } from "./start.ts";
import { recruiter } from "./team.ts";
import { teach } from "./training.ts";

/** The seed of random numbers of a run that is the same everywhere. */
const SAME_SEED = 1;

/** Beginnings of the keys of phrases that may be the message of an error. */
const KEYS = /^(intake|teach)\.[a-z.-]+$/;

/** What a page asks for. */
export interface Task {
  text: string;
  items: Items | null;
  facts: Facts | null; // of the model that is taught; null: a new one
  weights: Uint8Array | null; // of that model
  name: string; // of the new model
  goesOn: boolean; // whether that model also keeps what its texts before brought
  same: boolean; // whether the run is to be the same on every computer
  large: boolean; // whether a new model may be larger than one that begins from nothing
}

/** The role of a worker that shares batches with one that teaches. */
export class Helper {
  constructor({ port }: { port: MessagePort }) {
    share(port);
  }
}

/** A run of training, which begins at once and reports by messages. */
export class Lesson {
  asked: Asked = {};

  constructor(task: Task & { constants: Constants; codes: Uint8Array[]; ports: MessagePort[] }) {
    this.#run(task).catch((error: Error) => {
      const memory = error instanceof RangeError;
      const message = KEYS.test(error.message)
        ? error.message
        : `teach.failed.${memory ? "memory" : "worker"}`;
      postMessage({ event: "failed", message, detail: error.message });
    });
  }

  async #run({
    text,
    items,
    facts,
    weights,
    name,
    goesOn,
    same,
    large,
    constants,
    codes,
    ports,
  }: ConstructorParameters<typeof Lesson>[0]) {
    const corpusFor = (parent: Facts | null) =>
      makeCorpus({ text, items, facts: parent, goesOn, constants, name });
    const [simd] = codes.slice(-1);
    const best = codes.find((code) => WebAssembly.validate(code as BufferSource));
    await teach({
      corpus: corpusFor(facts),
      anew: goesOn ? undefined : () => corpusFor(null),
      parent: facts && weights ? { facts, weights } : null,
      constants,
      same,
      large,
      seed: same ? SAME_SEED : Math.floor(Math.random() * 2 ** 31),
      makeTeam: recruiter((!same && best) || simd, ports),
      report: (news) => postMessage(news, { transfer: news.weights ? [news.weights.buffer] : [] }),
      asked: this.asked,
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
