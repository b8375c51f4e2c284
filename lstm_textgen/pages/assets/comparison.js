/** The third part of the tab Teach: before and after side by side, and back in time. */

import { Column } from "./column.js";
import { List } from "./list.js";
import { Model } from "./model.js";
import { element, field, make } from "./page.js";
import { phraseIn } from "./phrases.js";

/** Characters of each text. */
const COMPARED_LENGTH = 280;

/**
 * @typedef {import("./moments.js").Moment} Moment
 * @typedef {import("./column.js").Settings} Settings
 */

/** Two texts: by what a machine was, and by what it was at a moment. */
export class Comparison {
  /** @type {Column[]} */
  columns = [];
  /** @type {Moment[]} */
  moments = [];

  /**
   * @param {import("./alternatives.js").Alternatives} panel
   * @param {() => Settings} settings
   */
  constructor(panel, settings) {
    this.panel = panel;
    this.settings = settings;
    this.slider = field("teach-moment");
    this.after = make("h3", "");
    element("teach-compare").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    this.slider.addEventListener("input", () => this.#name());
    this.slider.addEventListener("change", () => this.#go());
  }
}
