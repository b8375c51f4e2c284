/** One model's text on the page: the units, their probabilities and the alternatives. */

import type { Model } from "../../models/model.ts";
import { lengthOfAll, read, type Sampling, writeSlice } from "../../models/writing.ts";
import { copiedParts, type Passages } from "../../text/copies.ts";
import type { Alternatives } from "../../ui/alternatives.ts";
import { field, makeText, say } from "../../ui/document.ts";
import { said } from "../../ui/phrases.ts";
import { directionOf, percent, shadeOf, spoken } from "../../ui/shown.ts";
import { type Shaded, TextView } from "../../ui/text-view.ts";
import type { Unit, Written } from "../../writing/writer.ts";

/** The length at which a text ends by itself, so that a page's memory is bounded. */
export const LONGEST = Number(field("length").max);

export interface Settings extends Sampling {
  seed: string;
  rngSeed: number;
  fast: boolean;
  length: number; // after which the model stops by itself
  fresh: boolean; // whether a list has only new items
  pattern: string; // a regular expression of a whole item; empty: any
}

/** Of a link: a text, or an item of a list. */
export interface Entry {
  seed: string;
  way: number; // by which the first unit comes
  ids: string; // of its units, in base 36 with dots between
  cut?: boolean; // of an item
}

/** A text by a model. */
export class Column {
  seed = "";
  /** the seed's unknown units */
  strange: string[] = [];
  written: Unit[] = [];
  /** The length of the generated text. */
  length = 0;
  /** The number of units in the view before the generated ones. */
  lead = 0;
  /** what the page doesn't show yet */
  asked: Promise<Written> | null = null;
  /** Of what is going on, if anything is: it ends when something else begins. */
  run = new AbortController();
  /** Of the text: it ends when another begins. */
  life = new AbortController();
  busy = false;
  /** The beginning as it was given, without what a text without one begins with. */
  given = "";
  /** Whether someone picked or continued: Write alone wouldn't write this. */
  altered = false;

  model: Model;
  panel: Alternatives;
  settings: () => Settings;
  changed: () => void;
  text: HTMLElement & {
    role: string;
    ariaReadOnly: string;
    ariaMultiLine: string;
    ariaLabel: string;
    lang: string;
    dir: string;
    tabIndex: number;
  };
  view: TextView;

  constructor(model: Model, panel: Alternatives, settings: () => Settings, changed: () => void) {
    this.model = model;
    this.panel = panel;
    this.settings = settings;
    this.changed = changed;
    const { code, end } = model.facts;
    this.text = makeText("", code);
    this.text.dataset.sayLabel = end ? "write.items-by" : "write.text-by";
    this.text.setAttribute("aria-describedby", "keys");
    this.view = new TextView(this.text, (index, open) => this.look(index, open));
  }

  /** All of the text, as it is saved. */
  get whole() {
    return this.seed + this.written.map((unit) => unit.text).join("");
  }

  /** How much there is, in the model's measure. */
  get count() {
    return this.length;
  }

  /** Show a seed and these generated units alone. */
  restart(seed: string, written: Unit[]) {
    Object.assign(this, { seed, written, length: this.lengthOf(written), lead: seed ? 1 : 0 });
    this.view.clear();
    this.view.append(shaded(written, seed));
    this.turn();
  }

  /** Let the text run as what was generated does, whatever the seed's script. */
  turn() {
    const own = this.written.slice(0, 50).map(({ text }) => text);
    this.text.dir = directionOf(own.join("") || this.seed);
  }

  /** End what is going on, and begin something else; return the signal that it is to end. */
  next() {
    this.run.abort();
    this.run = new AbortController();
    this.busy = true;
    return this.run.signal;
  }

  /** Start again with the seed, and generate a passage. */
  async begin() {
    const signal = this.next();
    await this.start(this.settings().seed);
    if (!signal.aborted) {
      await this.go(); // unless it was stopped before it began
    }
  }

  /** @param given what to begin with; the worker reads it */
  start(given: string) {
    const seed = this.model.vocabulary.readSeed(given);
    const { strange } = seed;
    this.asked = null;
    this.life.abort();
    this.life = new AbortController();
    this.restart(given + seed.opening, []);
    Object.assign(this, { given, strange, altered: false });
    this.changed();
    return read(this.model, seed, this.settings().rngSeed);
  }

  /** @returns what a link has of the text, if Write alone wouldn't write it again */
  get entries(): Entry[] {
    return [entryOf(this.given, this.written)];
  }

  /** Show again what a link has. */
  async recall([{ seed, way, ids }]: Entry[]) {
    const signal = this.next();
    await this.start(seed);
    if (signal.aborted) {
      return; // Write was pressed meanwhile
    }
    const { units } = await this.model.ask("keep", { ids: idsOf(ids), way });
    if (!signal.aborted) {
      this.restart(this.seed, units);
      this.altered = true;
      this.stop();
    }
  }

  /** Continue for a passage, or until `stop` is called or the text has its maximum length. */
  async go() {
    const signal = this.next();
    this.changed();
    this.altered ||= this.length > 0;
    const end = Math.min(this.length + this.settings().length, LONGEST);
    const pace = this.model.vocabulary.pace / 1000;
    let since = performance.now();
    let due = 1; // how much may be shown now, at this pace
    while (this.length < end) {
      const left = end - this.length;
      if (this.settings().fast) {
        this.asked ??= this.ask(left);
      }
      if (this.asked) {
        const { units } = await this.asked;
        if (signal.aborted) {
          return; // the next run shows what it got
        }
        const { fast } = this.settings();
        const length = this.lengthOf(units);
        // At full speed the worker continues while the page shows what it has.
        this.asked = fast && length < left ? this.ask(left - length) : null;
        due = fast ? 0 : due - length;
        this.take(units);
      }
      await frame();
      if (signal.aborted) return;
      const now = performance.now();
      due = Math.min(due + (now - since) * pace, 10);
      since = now;
      if (!this.asked && due >= 1 && this.length < end) {
        this.asked = this.ask(Math.min(Math.floor(due), end - this.length));
      }
    }
    this.stop();
  }

  /** @param most to generate; less, if it takes too long */
  ask(most: number) {
    return writeSlice(this.model, this.settings(), most);
  }

  lengthOf(units: Unit[]) {
    return lengthOfAll(units, this.model.facts);
  }

  stop() {
    this.run.abort();
    this.busy = false;
    this.markCopies();
    this.changed();
  }

  /** Mark what is copied from the text that the model learned. */
  markCopies() {
    if (this.model.passages && this.written.length) {
      this.view.replace(withCopies(shaded(this.written, this.seed), this.model.passages));
    }
  }

  take(units: Unit[]) {
    this.written.push(...units);
    this.length += this.lengthOf(units);
    this.turn();
    this.follow(() => this.view.append(shaded(units)));
  }

  /**
   * Change the view by `act`; scroll to the end of the text if that is visible, or would be a line
   * further down. Before the first interaction the page doesn't scroll.
   */
  follow(act: () => void) {
    const { bottom } = this.text.getBoundingClientRect();
    const touched = navigator.userActivation?.hasBeenActive ?? true;
    act();
    if (touched && bottom < innerHeight + 60 && bottom > innerHeight - 120) {
      this.text.scrollIntoView({ block: "end" });
    }
    this.changed();
  }

  /**
   * Announce a unit, or `open` its alternatives.
   * @param index in the view
   */
  look(index: number, open: boolean) {
    const unit = this.unitAt(index);
    if (!unit) {
      say(said("write.seed-is", { text: this.view.units[index].text }));
      return;
    }
    say(`${spoken(unit.text)}, ${percent(unit.odds)}`);
    if (open) {
      this.stop();
      this.panel.show(this.view.box(index), unit.text, unit.odds, unit.others, (n) => {
        this.choose(index, unit.others[n]);
      });
    }
  }

  /** Return what was generated at an `index` in the view, if it isn't the seed. */
  unitAt(index: number): Unit | undefined {
    return this.written[index - this.lead];
  }

  /**
   * Replace a generated unit by another, and continue from there.
   * @param index in the view
   */
  async choose(index: number, { id, way }: { id: number; way: number }) {
    const place = index - this.lead;
    const life = this.life.signal;
    this.panel.hide();
    const signal = this.next();
    this.asked = null;
    this.changed();
    const { units } = await this.model.ask("choose", { place, id, way });
    if (life.aborted) {
      return; // another was begun meanwhile
    }
    this.restart(this.seed, [...this.written.slice(0, place), ...units]);
    this.altered = true;
    this.text.focus({ preventScroll: true });
    if (!signal.aborted) {
      await this.go();
    } else if (!this.busy) {
      this.stop();
    }
  }
}

/** Return what a link has of a generated text. */
export function entryOf(seed: string, units: Unit[]): Entry {
  const ids = units.map(({ id }) => id.toString(36)).join(".");
  return { seed, way: units[0]?.way ?? 0, ids };
}

/** @param ids as `entryOf` writes them */
export function idsOf(ids: string) {
  return ids ? ids.split(".").map((id) => Number.parseInt(id, 36)) : [];
}

/** Return units with their shades, after a seed. */
export function shaded(units: Unit[], seed = "") {
  const shown = units.map(({ text, odds }) => ({ text, shade: shadeOf(text, odds) }));
  return seed ? [{ text: seed, shade: "soft" }, ...shown] : shown;
}

/** Return shaded units, those marked that are copied from a text. */
export function withCopies(units: Shaded[], passages: Passages) {
  const parts = copiedParts(units.map(({ text }) => text).join(""), passages);
  let end = 0;
  return units.map(({ text, shade }) => {
    const start = end;
    end += Array.from(text).length;
    const copied = parts.some((part) => part[0] < end && start < part[1]);
    return { text, shade: copied ? `${shade} copied`.trim() : shade };
  });
}

/** Return a promise of the next frame, or of now if the page is hidden. */
export function frame() {
  return document.hidden
    ? new Promise((resolve) => setTimeout(resolve, 50))
    : new Promise((resolve) => requestAnimationFrame(resolve));
}
