/** The last part of the tab Teach: a machine is named, saved, opened and remembered. */

/** The parts of the tab by which one keeps what was taught. */
export class Keeping {
  /** Whether something was taught that leaving the page would lose. */
  unsaved = false;

  /**
   * @param {import("./teachtext.js").TextSide} source
   * @param {(n: number, facts: import("./model.js").Facts, weights: Uint8Array, text: string) =>
   *   void} take
   */
  constructor(source, take) {
    this.source = source;
    this.take = take;
  }

  /** @param {any} _taught */
  show(_taught) {}

  /** @param {any} _run */
  remember(_run) {}
}
