/** A list by a model in the place of a text: items appear as they are finished, and stay. */

import { read, writeWhole } from "../../models/writing.ts";
import { fingerprinter, readFingerprints } from "../../text/fingerprint.ts";
import { CONSTANTS } from "../../ui/document.ts";
import { directionOf } from "../../ui/shown.ts";
import type { Choice, Unit } from "../../writing/writer.ts";
import {
  Column,
  type Entry,
  entryOf,
  frame,
  idsOf,
  LONGEST,
  shaded,
  withCopies,
} from "./column.ts";
import { Rivals, rivalsFor } from "./rivals.ts";

const fingerprintOf = fingerprinter(CONSTANTS);

/** Items that are added at once. */
const ADDED = 10;

/** Draws in a row in vain, after which the search ends; for a pattern it takes ten times more. */
const PATIENCE = CONSTANTS.mostDraws;

/** Draws in a row that are refused for their number of lines. */
const PATIENT = PATIENCE / 2;

/** Milliseconds between two items, unless at full speed. */
const PAUSE = 150;

/** The length at which a list is full, so that a page's memory is bounded. */
const FULL = 5 * LONGEST;

export interface Item {
  seed: string; // that it begins with
  units: Unit[]; // without those of its end
  cut: boolean; // whether it has no end, but was as long as it may be
  text: string;
  fingerprint: number;
}

/** A list by a model. */
export class List extends Column {
  items: Item[] = [];
  /** of each unit in the view; a seed has the place -1 */
  places: { item: Item; place: number }[] = [];
  /** How many items have been drawn with this random seed. */
  drawn = 0;
  rngSeed = -1;
  /** why the last search ended early: a phrase */
  note: [string, { count?: number }?] | null = null;

  known: Set<number>;

  constructor(...parts: ConstructorParameters<typeof Column>) {
    super(...parts);
    const { known, end } = this.model.facts;
    this.known = readFingerprints(known, CONSTANTS);
    this.view.body.setAttribute("role", "list");
    this.text.classList.add(end.length > 1 ? "paragraphs" : "lines");
  }

  /** The items as they are saved, each with its end; the last has a line break. */
  get whole() {
    const { end } = this.model.facts;
    return this.items.map(({ text }) => text).join(end) + (this.items.length ? "\n" : "");
  }

  get count() {
    return this.items.length;
  }

  empty() {
    this.items = [];
    this.drawn = 0;
    this.note = null;
    this.altered = false;
    this.show();
    this.stop();
  }

  begin() {
    return this.go();
  }

  /** Add ten items that begin with the seed, or fewer, if `stop` is called. */
  async go() {
    const signal = this.next();
    this.note = null;
    this.altered ||= this.items.length > 0;
    const wanted = this.items.length + ADDED;
    let due = 0;
    for await (const [item, drawn] of this.draws(signal)) {
      while (!signal.aborted && !this.settings().fast && performance.now() < due) {
        await frame();
      }
      if (signal.aborted) {
        return; // it will be drawn again
      }
      this.items.push(item);
      this.drawn = drawn;
      this.follow(() => this.append(item));
      due = performance.now() + PAUSE;
      if (this.items.length === wanted) break;
    }
    if (!signal.aborted) {
      this.stop();
    }
  }

  /**
   * Draw items that fit, the best of some each time, with how many were drawn by then, until the
   * list is full or too many don't fit; the `note` then says so.
   */
  async *draws(signal: AbortSignal): AsyncGenerator<[Item, number]> {
    const { seed, rngSeed, pattern, temperature } = this.settings();
    const { lines } = this.model.facts;
    const patience = pattern ? 10 * PATIENCE : PATIENCE;
    const odds = lines > 0 && !pattern ? PATIENT : 0;
    const most = pattern || !temperature ? 1 : rivalsFor(this.model.facts);
    let whole: RegExp;
    try {
      whole = new RegExp(`^(?:${pattern || "[^]*"})$`, "u");
    } catch {
      this.note = ["list.bad-pattern"];
      return;
    }
    if (rngSeed !== this.rngSeed) {
      this.rngSeed = rngSeed;
      this.drawn = 0;
    }
    await this.read(seed);
    const seen = new Set([...this.known, ...this.items.map(({ fingerprint }) => fingerprint)]);
    const chooser = new Rivals(seen, this.items);
    let { drawn } = this;
    let misses = 0;
    while (misses < patience && this.length < FULL) {
      const rivals: Item[] = [];
      while (rivals.length < most && misses < patience) {
        await this.model.ask("again", { rngSeed, stream: drawn });
        const item = signal.aborted ? null : await this.finish(seed, [], false, signal);
        if (!item) return;
        drawn++;
        const { text, fingerprint, cut } = item;
        const old = this.settings().fresh && seen.has(fingerprint);
        const odd = odds > misses && !cut && text.split("\n").length !== lines;
        if (text && !old && !odd && whole.test(text)) {
          rivals.push(item);
          misses = 0;
        } else {
          misses++;
        }
      }
      if (rivals.length > 0) {
        yield [chooser.best(rivals), drawn];
      }
    }
    this.drawn = drawn;
    this.note =
      this.length >= FULL
        ? ["list.full"]
        : [pattern ? "list.no-match" : "list.none-new", { count: patience }];
  }

  get entries(): Entry[] {
    return this.items.map(({ seed, units, cut }) => ({ ...entryOf(seed, units), cut }));
  }

  async recall(entries: Entry[]) {
    const signal = this.next();
    this.rngSeed = this.settings().rngSeed;
    this.drawn = entries.length * rivalsFor(this.model.facts);
    for (const { seed, way, ids, cut } of entries) {
      await this.read(seed);
      const { units } = await this.model.ask("keep", { ids: idsOf(ids), way });
      if (signal.aborted) return;
      this.items.push(itemOf(seed, units, Boolean(cut)));
    }
    this.altered = true;
    this.show();
    this.stop();
  }

  /** @param seed for the worker to read */
  read(seed: string) {
    const own = this.model.vocabulary.readSeed(seed);
    this.strange = own.strange;
    this.changed();
    return read(this.model, own, this.rngSeed, this.drawn);
  }

  /**
   * Let the worker continue an item after its `units`; return it, or null if it was stopped.
   * @param ended whether the item has its end
   */
  async finish(seed: string, units: Unit[], ended: boolean, signal: AbortSignal) {
    const { mostUnits, end } = this.model.facts;
    const room = (units: Unit[]) =>
      Math.min(this.settings().length - this.lengthOf(units), mostUnits - units.length);
    const all = ended
      ? { units, ended }
      : await writeWhole(this.model, this.settings, room, signal, units);
    return all && itemOf(seed, all.ended ? all.units.slice(0, -end.length) : all.units, !all.ended);
  }

  append(item: Item) {
    const { seed, units, cut, fingerprint } = item;
    const name = ["item", cut && "cut", this.known.has(fingerprint) && "known"];
    const own = units.map(({ text }) => text).join("");
    const direction = directionOf(own || seed);
    const { passages } = this.model;
    const shades = shaded(units, seed);
    const marked = passages ? withCopies(shades, passages) : shades;
    this.view.appendEntry(marked, name.filter(Boolean).join(" "), direction);
    this.places.push(...(seed ? [{ item, place: -1 }] : []));
    this.places.push(...units.map((_, place) => ({ item, place })));
    this.length += this.lengthOf(units);
  }

  /** Its items are marked as they come. */
  markCopies() {}

  /** Show all items again. */
  show() {
    this.view.clear();
    this.places = [];
    this.length = 0;
    this.items.forEach((item) => this.append(item));
  }

  unitAt(index: number) {
    const { item, place } = this.places[index];
    return item.units[place];
  }

  async choose(index: number, { id, way }: Choice) {
    const signal = this.next();
    this.panel.hide();
    const { item, place } = this.places[index];
    const kept = item.units.slice(0, place);
    await this.read(item.seed);
    await this.model.ask("keep", {
      ids: item.units.slice(0, place + 1).map((unit) => unit.id),
      way: item.units[0].way,
    });
    const batch = await this.model.ask("choose", { place, id, way });
    const units = [...kept, ...batch.units];
    const other = await this.finish(item.seed, units, batch.ended, signal);
    if (signal.aborted || !other) return;
    if (other.text) {
      this.items[this.items.indexOf(item)] = other;
      this.altered = true;
      this.show();
    }
    this.text.focus({ preventScroll: true });
    this.stop();
  }
}

/** @param units without those of its end */
export function itemOf(seed: string, units: Unit[], cut: boolean): Item {
  const text = (seed + units.map((unit) => unit.text).join("")).trimEnd();
  return { seed, units, cut, text, fingerprint: fingerprintOf(text) };
}
