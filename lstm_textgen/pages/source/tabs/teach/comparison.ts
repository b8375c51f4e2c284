/** The third part of the tab Teach: before and after side by side, and back in time. */

import type { Model } from "../../models/model.ts";
import type { Facts } from "../../types.ts";
import type { Alternatives } from "../../ui/alternatives.ts";
import { element, field } from "../../ui/document.ts";
import { phraseIn, speak } from "../../ui/phrases.ts";
import { Column, type Settings } from "../write/column.ts";
import { List } from "../write/list.ts";

/** Characters of each text. */
const COMPARED_LENGTH = 300;

/** How many are kept, besides the first and the last. */
const MOMENTS_KEPT = 8;

/** A moment of a run of learning, to which one can go back. */
export interface Moment {
  seconds: number; // since the beginning
  facts: Facts;
  weights: Uint8Array; // packed as they say
}

/** Two texts: by what a machine was, and by what it was at a moment. */
export class Comparison {
  models: Model[] = [];
  columns: Column[] = [];
  moments: Moment[] = [];
  rngSeed = 1;

  panel: Alternatives;
  settings: () => Settings;
  slider: HTMLInputElement;

  /** @param settings of the page */
  constructor(panel: Alternatives, settings: () => Settings) {
    this.panel = panel;
    this.settings = settings;
    this.slider = field("teach-moment");
    element("teach-compare").addEventListener("submit", (event) => {
      event.preventDefault();
      this.rngSeed = Math.floor(Math.random() * 2 ** 31);
      this.write();
    });
    this.slider.addEventListener("input", () => this.#name());
    this.slider.addEventListener("change", () => this.#go());
  }

  /** Compare `before` with what it became in these `moments`, the last of which is now. */
  show(before: Model, after: Model, moments: Moment[]) {
    this.clear();
    this.moments = moments;
    this.models = [before, after];
    this.columns = this.models.map((model) => this.#column(model));
    this.slider.max = String(moments.length - 1);
    this.slider.value = this.slider.max;
    this.columns.forEach(({ text }, n) => {
      element(n ? "teach-after" : "teach-before").replaceChildren(text);
    });
    speak(element("teach-compare"));
    this.#name();
    this.write();
  }

  /** Forget what was compared. */
  clear() {
    this.columns.forEach((column) => column.stop());
    this.models.forEach((model) => model.end());
    this.models = [];
    this.columns = [];
  }

  #column(model: Model) {
    const settings = () => ({
      ...this.settings(),
      seed: field("teach-seed").value,
      rngSeed: this.rngSeed,
      length: model.facts.end ? Infinity : COMPARED_LENGTH,
      pattern: "",
      noRepeat: 0,
    });
    return new (model.facts.end ? List : Column)(model, this.panel, settings, tellCopies);
  }

  /** Let both write, or only the one at the chosen moment. */
  write(columns: Column[] = this.columns) {
    for (const column of columns) {
      if (column instanceof List) {
        column.empty();
      }
      column.begin();
    }
  }

  /** Say at which moment the text at the right is written. */
  #name() {
    const moment = this.moments[Number(this.slider.value)];
    const now = moment === this.moments.at(-1);
    const count = Math.round(moment.seconds);
    phraseIn(element("teach-moment-said"), now ? "teach.after" : "teach.moment", { count });
    this.slider.setAttribute("aria-valuetext", element("teach-moment-said").textContent ?? "");
  }

  /** Let the machine of the chosen moment write. */
  async #go() {
    const moment = this.moments[Number(this.slider.value)];
    const [, column] = this.columns;
    column.stop();
    await column.model.reload(moment.facts, moment.weights);
    this.write([column]);
  }
}

/** Say what the underlined passages are, if there are some. */
function tellCopies() {
  element("teach-copied").hidden = !element("teach-compare").querySelector(".copied");
}

/**
 * Return `moments` with another one, and without one if they are too many: that which is nearest to
 * its neighbors. The times between them grow, as a machine learns most in its first seconds.
 */
export function keepMoment(moments: Moment[], moment: Moment) {
  const all = [...moments, moment];
  if (all.length <= MOMENTS_KEPT) return all;
  /** @param n how much longer the time from its predecessor to its successor is */
  const gap = (n: number) => (all[n + 1].seconds + 2) / (all[n - 1].seconds + 2);
  let nearest = 1;
  for (let n = 2; n < all.length - 1; n++) {
    nearest = gap(n) < gap(nearest) ? n : nearest;
  }
  return all.filter((_, n) => n !== nearest);
}
