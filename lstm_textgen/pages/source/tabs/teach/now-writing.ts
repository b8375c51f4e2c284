/** What a machine writes while it learns: a line every two seconds, the earlier ones above it. */

import type { Model } from "../../models/model.ts";
import { read, type Sampling, writeWhole } from "../../models/writing.ts";
import { make } from "../../ui/document.ts";
import { visible } from "../../ui/shown.ts";
import type { Unit } from "../../writing/writer.ts";
import type { Moment } from "./comparison.ts";

/** Characters of a line, and how many lines there are. */
const LINE_LENGTH = 90;
const LINES_SHOWN = 4;

/** Let a model write from the start; return what it wrote, in one line. */
async function writeLine(model: Model, sampling: Sampling, rngSeed: number) {
  const seed = model.vocabulary.readSeed("");
  await read(model, seed, rngSeed);
  const textOf = (units: Unit[]) => units.map(({ text }) => text).join("");
  const room = (units: Unit[]) => (textOf(units).length < LINE_LENGTH ? LINE_LENGTH : 0);
  const all = await writeWhole(model, () => sampling, room);
  const line = textOf(all?.units ?? [])
    .trim()
    .replace(/\s+/g, " ");
  const cut = line.length > LINE_LENGTH ? line.slice(0, LINE_LENGTH).replace(/ [^ ]*$/, "") : line;
  return visible(seed.opening.trim() + cut);
}

/** The lines in an element, written by a model of its own. */
export class NowWriting {
  model: Model | null = null;
  busy = false;

  place: HTMLElement;
  settings: () => Sampling;

  constructor(place: HTMLElement, settings: () => Sampling) {
    this.place = place;
    this.settings = settings;
  }

  /** Let a model write from now on. */
  begin(model: Model) {
    this.end();
    this.model = model;
    this.busy = false;
  }

  /** The model writes no more; its lines stay. */
  end() {
    this.model?.end();
    this.model = null;
  }

  /** Write a line at another moment, unless one is being written. */
  async write(moment?: Moment) {
    const model = this.model;
    if (!model || this.busy) return;
    this.busy = true;
    if (moment) {
      await model.reload(moment.facts, moment.weights);
    }
    const sampling = { ...this.settings(), topP: 1, noRepeat: 0 };
    const line = await writeLine(model, sampling, 1 + Math.floor(Math.random() * 2 ** 30));
    this.busy = false;
    if (this.model === model) {
      this.#show(line);
    }
  }

  #show(line: string) {
    for (const earlier of this.place.children) {
      earlier.ariaHidden = "true"; // it fades
    }
    this.place.append(make("p", "", line || "…"));
    while (this.place.children.length > LINES_SHOWN) {
      this.place.firstChild?.remove();
    }
  }
}
