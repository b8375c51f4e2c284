/** The page's side of the workers that learn. */

import { KERNELS, WORKER } from "../../models/model.ts";
import type { News, Task } from "../../teaching/start.ts";
import { CONSTANTS } from "../../ui/document.ts";

/** Milliseconds without news after which a teacher counts as dead, unless the page was hidden. */
const SILENCE = 60_000;

/** The most workers that share a batch with the teacher. */
export const MOST_HELPERS = 3;

/** A run of learning in workers of its own. */
export class Teacher {
  /** When there was last some news. */
  heard = performance.now();

  report: (news: News) => void;
  workers: Worker[];
  worker: Worker;
  watch: number;

  /** @param report is called with each event of the run */
  constructor(task: Task, report: (news: News) => void) {
    this.report = report;
    this.workers = [];
    this.worker = this.#worker();
    this.worker.addEventListener("message", ({ data }) => this.#hear(data));
    const cores = navigator.hardwareConcurrency ?? 2;
    const helpers = Math.min(MOST_HELPERS, cores - 1);
    const ports = Array.from({ length: helpers }, () => this.#helper());
    this.worker.postMessage(
      { role: "teach", ...task, constants: CONSTANTS, codes: KERNELS, ports },
      ports,
    );
    this.watch = setInterval(() => this.#listen(), SILENCE / 10);
  }

  /** Return a new worker, whose death ends the run. */
  #worker() {
    const worker = new Worker(WORKER);
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#die();
    });
    this.workers.push(worker);
    return worker;
  }

  /** Start a worker that shares batches; return the port to it. */
  #helper() {
    const { port1, port2 } = new MessageChannel();
    this.#worker().postMessage({ role: "share", port: port2 }, [port2]);
    return port1;
  }

  #hear(news: News) {
    this.heard = performance.now();
    this.report(news);
  }

  /** A worker that says nothing for long is dead; but a hidden page may have stood still. */
  #listen() {
    if (document.hidden) {
      this.heard = performance.now();
    } else if (performance.now() - this.heard > SILENCE) {
      this.#die();
    }
  }

  #die() {
    this.end();
    this.report({ event: "failed", message: "teach.failed.worker" });
  }

  /** Give the memory of a state to a later one: of what was sent, a browser frees it late. */
  reuse(weights: Uint8Array) {
    this.worker.postMessage({ do: "reuse", weights }, [weights.buffer]);
  }

  /** Ask the run to end with the best so far. */
  stop() {
    this.worker.postMessage({ do: "stop" });
  }

  /** End all workers. */
  end() {
    clearInterval(this.watch);
    this.workers.forEach((worker) => worker.terminate());
  }
}

/** Return whether this browser has what learning needs. */
export function canLearn() {
  const [simd] = KERNELS.slice(-1);
  return Boolean(globalThis.WebAssembly?.validate(simd as BufferSource));
}
