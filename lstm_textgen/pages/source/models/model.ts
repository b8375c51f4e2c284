/** A model on the page: its vocabulary, and a worker that runs it. */

import { fromBase64 } from "../text/binary.ts";
import { Passages } from "../text/copies.ts";
import { UNITS, type Vocabulary } from "../text/units.ts";
import type { Facts } from "../types.ts";
import { CONSTANTS, dataOf } from "../ui/document.ts";
import type { Writer } from "../writing/writer.ts";

/** The methods of a `Writer` that a page may call. */
type Requests = Pick<
  Writer,
  | "again"
  | "begin"
  | "cells"
  | "change"
  | "choose"
  | "keep"
  | "know"
  | "rare"
  | "suggest"
  | "surprise"
  | "write"
>;

/** The address of the script of all workers. */
export const WORKER = URL.createObjectURL(
  new Blob([dataOf("worker")], { type: "text/javascript" }),
);

/** The codes of kernels.ts, the best first. */
export const KERNELS: Uint8Array[] = dataOf<string[]>("kernels").map(fromBase64);

/** A model in a worker, which answers one request after the other. */
export class Model {
  facts: Facts;
  weights: Uint8Array;
  vocabulary: Vocabulary;
  worker: Worker;
  waiting: Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>;
  failure: Error | null = null; // once it is set, the worker answers nothing
  asked: number;
  passages: Passages | null; // of the text that it learned, while that is there
  learned: string;
  room: Uint8Array | undefined; // for the weights of another moment, which travel

  /** @param weights as they are packed in a page */
  constructor(facts: Facts, weights: Uint8Array) {
    this.facts = facts;
    this.weights = weights;
    this.vocabulary = new UNITS[facts.unit](facts);
    this.worker = new Worker(WORKER);
    this.waiting = new Map();
    this.asked = 0;
    this.passages = null;
    this.learned = "";
    this.worker.addEventListener("message", ({ data: { number, result, error } }) => {
      const asked = this.waiting.get(number);
      this.waiting.delete(number);
      error ? asked?.reject(new Error(error)) : asked?.resolve(result as never);
    });
    this.worker.addEventListener("error", ({ message }) => {
      const failure = new Error(message);
      this.failure = failure;
      this.waiting.forEach(({ reject }) => reject(failure));
    });
    const all = { facts, weights, codes: KERNELS, constants: CONSTANTS };
    this.worker.postMessage({ role: "write", ...all });
    this.room = undefined;
  }

  /** Send a request to the worker; return its answer, or the error that it threw. */
  ask<K extends keyof Requests>(
    what: K,
    message: Parameters<Requests[K]>[0],
    transferred: Transferable[] = [],
  ): Promise<Awaited<ReturnType<Requests[K]>>> {
    const number = this.asked++;
    this.worker.postMessage({ do: what, number, ...message }, transferred);
    return new Promise((resolve, reject) => {
      this.failure ? reject(this.failure) : this.waiting.set(number, { resolve, reject });
    });
  }

  /**
   * Let the model be at another moment of its learning.
   * @param facts with the same units
   * @param weights packed
   */
  async reload(facts: Facts, weights: Uint8Array) {
    Object.assign(this, { facts, weights });
    const copy = this.room?.length === weights.length ? this.room : new Uint8Array(weights.length);
    copy.set(weights);
    this.room = undefined;
    const answer = await this.ask("change", { facts, weights: copy }, [copy.buffer]);
    this.room = answer.weights;
  }

  /**
   * Let the model know the text that it learned: passages that it copies are marked, and it copies
   * none if it is asked to.
   */
  know(text: string) {
    this.passages = new Passages(text, CONSTANTS.copied);
    this.learned = text;
    this.ask("know", { text });
  }

  /** End the worker; the model generates no more. */
  end() {
    this.worker.terminate();
  }
}
