/** What a machine writes while it learns: a line every two seconds, the earlier ones above it. */

import type { Model } from "../../models/model.ts";
import { make } from "../../ui/document.ts";
import { visible } from "../../ui/shown.ts";
import type { Unit } from "../../writing/writer.ts";
import type { Moment } from "./comparison.ts";

/** Characters of a line, and how many lines there are. */
const LINE_LENGTH = 90;
const LINES_SHOWN = 4;

/** Let a model write from the start; return what it wrote, in one line. */
export async function writeLine(
  model: Model,
  settings: { temperature: number; minP: number; original: boolean },
  rngSeed: number,
) {
  const { ids, start, rest, opening } = model.vocabulary.readSeed("");
  await model.ask("begin", { ids, start, rest, opening, rngSeed, stream: 0 });
  const units: Unit[] = [];
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

function lengthOfAll(units: Unit[]) {
  return units.reduce((sum, { text }) => sum + text.length, 0);
}

/** The lines in an element, written by a model of its own. */
export class NowWriting {
  model: Model | null = null;
  busy = false;

  place: HTMLElement;
  settings: () => { temperature: number; minP: number; original: boolean };

  constructor(
    place: HTMLElement,
    settings: () => { temperature: number; minP: number; original: boolean },
  ) {
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
