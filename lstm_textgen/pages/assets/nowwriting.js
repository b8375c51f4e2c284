/** What a machine writes while it learns: a line every two seconds, the earlier ones above it. */

import { Model } from "./model.js";
import { make } from "./page.js";
import { visible } from "./shown.js";

/** Characters of a line, and how many lines there are. */
const LINE_LENGTH = 90;
const LINES_SHOWN = 4;

/**
 * Let a model write from the start; return what it wrote, in one line.
 * @param {Model} model @param {{temperature: number, minP: number, original: boolean}} settings
 * @param {number} rngSeed
 */
export async function writeLine(model, settings, rngSeed) {
  const { ids, start, rest, opening } = model.vocabulary.readSeed("");
  await model.ask("begin", { ids, start, rest, opening, rngSeed, stream: 0 });
  /** @type {import("./worker.js").Unit[]} */
  const units = [];
  let ended = false;
  while (!ended && lengthOfAll(units) < LINE_LENGTH) {
    const wish = { ...settings, topP: 1, length: 30, milliseconds: 200, noRepeat: 0 };
    const written = await model.ask("write", wish);
    units.push(...written.units);
    ended = written.ended;
  }
  const line = units
    .map(({ text }) => text)
    .join("")
    .trim()
    .replace(/\s+/g, " ");
  const cut = line.length > LINE_LENGTH ? line.slice(0, LINE_LENGTH).replace(/ [^ ]*$/, "") : line;
  return visible(opening.trim() + cut);
}

/** @param {import("./worker.js").Unit[]} units */
function lengthOfAll(units) {
  return units.reduce((sum, { text }) => sum + text.length, 0);
}

/** The lines in an element, written by a model of its own. */
export class NowWriting {
  /** @type {Model | null} */
  model = null;
  busy = false;

  /**
   * @param {HTMLElement} place
   * @param {() => {temperature: number, minP: number, original: boolean}} settings
   */
  constructor(place, settings) {
    this.place = place;
    this.settings = settings;
  }

  /** Let a model write from now on. @param {Model} model */
  begin(model) {
    this.end();
    this.model = model;
    this.busy = false;
  }

  /** The model writes no more; its lines stay. */
  end() {
    this.model?.end();
    this.model = null;
  }

  /**
   * Write a line at another moment, unless one is being written.
   * @param {import("./moments.js").Moment} [moment]
   */
  async write(moment) {
    const model = this.model;
    if (!model || this.busy) {
      return;
    }
    this.busy = true;
    if (moment) {
      await model.reload(moment.facts, moment.weights);
    }
    const line = await writeLine(model, this.settings(), 1 + Math.floor(Math.random() * 2 ** 30));
    this.busy = false;
    if (this.model === model) {
      this.#show(line);
    }
  }

  /** @param {string} line */
  #show(line) {
    for (const earlier of this.place.children) {
      earlier.ariaHidden = "true"; // it fades
    }
    this.place.append(make("p", "", line || "…"));
    while (this.place.children.length > LINES_SHOWN) {
      this.place.firstChild?.remove();
    }
  }
}
