/** The page's side of the workers that learn. */

import { block, CONSTANTS } from "./page.js";

/** Milliseconds without news after which a teacher counts as dead, unless the page was hidden. */
const SILENCE = 60_000;

/**
 * @typedef {import("./model.js").Facts} Facts
 *
 * @typedef {object} Task for the workers
 * @property {string} text @property {"lines" | "paragraphs" | null} items
 * @property {Facts | null} facts of the model that is taught; null: a new one
 * @property {Uint8Array | null} weights of that model
 * @property {string} name of the new model @property {boolean} same for everyone
 *
 * @typedef {{event: string, [name: string]: any}} News of a run: see training.js
 */

/** A run of learning in workers of its own. */
export class Teacher {
  /** When there was last some news. */
  heard = 0;

  /**
   * @param {Task} task @param {number} helpers workers that share its batches
   * @param {(news: News) => void} report is called with each event of the run
   */
  constructor(task, helpers, report) {
    this.report = report;
    const source = new Blob([block("worker")], { type: "text/javascript" });
    this.address = URL.createObjectURL(source);
    /** @type {Worker[]} */
    this.workers = [];
    const ports = Array.from({ length: helpers }, () => this.#helper());
    this.worker = this.#worker();
    this.worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.worker.postMessage(
      { role: "teach", ...task, constants: CONSTANTS, ...engineOf(task.same), ports },
      ports,
    );
    this.heard = performance.now();
    this.watch = setInterval(() => this.#listen(), SILENCE / 10);
  }

  /** Return a new worker, whose death ends the run. */
  #worker() {
    const worker = new Worker(this.address);
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
}
