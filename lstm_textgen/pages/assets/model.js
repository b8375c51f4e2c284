/** A model on the page: its vocabulary, and a worker that runs it. */

import { fromBase64 } from "./binary.js";
import { COPIED, Passages } from "./copies.js";
import { CONSTANTS, dataOf } from "./page.js";
import { UNITS } from "./units.js";

/** The address of the script of all workers. */
export const WORKER = URL.createObjectURL(
  new Blob([dataOf("shared"), dataOf("worker")], { type: "text/javascript" }),
);

/** @type {Uint8Array[]} The codes of kernels.ts, the best first. */
export const KERNELS = dataOf("kernels").map(fromBase64);

/**
 * @typedef {object} Facts about a model, written by playground.hy
 * @property {string} name
 * @property {keyof typeof UNITS} unit
 * @property {string} measure the unit of a text's length
 * @property {string[]} units a unit's index is its id
 * @property {number | null} unknown the id of every unknown unit
 * @property {string | null} pattern of what a text is first split into; null: characters
 * @property {[number, number][]} merges of pieces
 * @property {boolean} lower whether it knows lower case only
 * @property {boolean} code whether its text looks like code
 * @property {[string, number][]} layers of each layer: "lstm", and its hidden units
 * @property {number} embedding its dimensions
 * @property {number} bits of a weight: 16 or 8
 * @property {number[]} start the ids that are read before any text
 * @property {string} opening what a text without a seed begins with
 * @property {string} end what ends an item, if its text is a list
 * @property {number} lines of nearly every item; 0: they differ
 * @property {string} after for each unit a digit: after it 0: anything may follow; 1: no line
 *   break; 2: a line break may, but then no `small` unit; "": no rules
 * @property {number[]} small ids
 * @property {boolean} remembers whether it keeps in mind what a long seed has
 * @property {number} longestRun of one character that a text may have
 * @property {string} names in the text that it was trained on; "": any is as likely
 * @property {string} lexicon the words that it may spell; "": any
 * @property {number} mostUnits after which an item is cut
 * @property {string} known fingerprints of the items that it was trained on, in base64
 * @property {{layer: number, cell: number, name: string, correlation: number}[]} cells
 * @property {import("./about.js").Training | null} [training] by the program
 * @property {string} made the day on which it was made, as in 2026-12-01
 * @property {import("./keep.js").ModelRecord} record of what else a model file has
 */

/** A model in a worker, which answers one request after the other. */
export class Model {
  /**
   * @param {Facts} facts
   * @param {Uint8Array} weights as they are packed in a page
   */
  constructor(facts, weights) {
    /** @type {Facts} */
    this.facts = facts;
    /** @type {Uint8Array} */
    this.weights = weights;
    this.vocabulary = new UNITS[facts.unit](facts);
    this.worker = new Worker(WORKER);
    /** @type {Map<number, (result: any) => void>} */
    this.waiting = new Map();
    this.asked = 0;
    /** @type {Passages | null} of the text that it learned, while that is there */
    this.passages = null;
    this.learned = "";
    this.worker.addEventListener("message", ({ data }) => {
      this.waiting.get(data.number)?.(data.result);
      this.waiting.delete(data.number);
    });
    const all = { facts, weights, codes: KERNELS, constants: CONSTANTS };
    this.ask("load", { role: "write", ...all });
    /** @type {Uint8Array | undefined} for the weights of another moment, which travel */
    this.room = undefined;
  }

  /**
   * Send a request to the worker; return its answer.
   * @param {string} what @param {object} message @param {Transferable[]} [transferred]
   * @returns {Promise<any>}
   */
  ask(what, message, transferred = []) {
    const number = this.asked++;
    this.worker.postMessage({ do: what, number, ...message }, transferred);
    return new Promise((resolve) => this.waiting.set(number, resolve));
  }

  /**
   * Let the model be at another moment of its learning.
   * @param {Facts} facts with the same units @param {Uint8Array} weights packed
   */
  async reload(facts, weights) {
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
   * @param {string} text
   */
  know(text) {
    this.passages = new Passages(text, COPIED);
    this.learned = text;
    this.ask("know", { text });
  }

  /** End the worker; the model generates no more. */
  end() {
    this.worker.terminate();
  }
}
