/** The last part of the tab Teach: a machine is named, saved, opened and remembered. */

import { forget, readPage, recall, remember, savePage } from "./keep.js";
import { element, field, say } from "./page.js";
import { phraseIn, said } from "./phrases.js";
import { modelsShown } from "./playground.js";

/** Milliseconds between two times that a run of learning is remembered. */
const REMEMBERED_EVERY = 10_000;

/** The parts of the tab by which one keeps what was taught. */
export class Keeping {
  /** Whether something was taught that leaving the page would lose. */
  unsaved = false;
  since = 0;

  /**
   * @param {object} parts
   * @param {import("./teachtext.js").TextSide} parts.text
   * @param {(n: number, facts: import("./model.js").Facts, weights: Uint8Array) => void} parts.take
   */
  constructor({ text, take }) {
    this.text = text;
    this.take = take;
  }

  show() {}
  remember() {}
}
