/**
 * The first part of the tab Teach: a text comes in, what it is good for, and what to start from.
 */

import type { Model } from "../../models/model.ts";
import { networkShape, weightsIn } from "../../network/shapes.ts";
import { planFor } from "../../teaching/recipe.ts";
import { joinedSources, lookAt } from "../../text/intake.ts";
import type { Items } from "../../text/items.ts";
import { CONSTANTS, dataOf, element, field, make } from "../../ui/document.ts";
import { readFile } from "../../ui/documents.ts";
import { phraseIn, said, spokenLanguage } from "../../ui/phrases.ts";
import { shownAlone } from "../../ui/shown.ts";
import { inWords } from "./learning-view.ts";
import { MOST_HELPERS } from "./teacher.ts";

/** Letters below which a text isn't taught, and above which the rest isn't. */
export const FEWEST_LETTERS = 1_000;
export const MOST_LETTERS = 2_000_000;

/** Characters and lines of a text that its field shows: browsers take long to lay out more. */
const MOST_IN_FIELD = 100_000;
const MOST_LINES_IN_FIELD = 500;

/** Letters from which a machine learns phrases, and how sentences are built. */
const PHRASES_FROM = 20_000;
const SENTENCES_FROM = 50_000;

/** Items from which a machine invents new ones rather than copying. */
const ITEMS_FROM = 300;

/** Characters that are named of those left out or added. */
const MOST_NAMED = 40;

/** Characters of each of the places by which it is judged whether a model knows such texts. */
const JUDGED = 100;

/**
 * Weights that a worker learns with while a model reads with one (measured), those that the machine
 * of the table in sizing.hy learns with in a second, and how far fine-tuning goes beyond its plan.
 */
const [LEARNED, TABLE, BEYOND] = [0.55, 7e9, 2];

/** Milliseconds without typing, after which a text is looked at. */
const TYPED = 300;

/** The languages of the bases, by their names. */
const LANGUAGES_KNOWN: Record<string, string> = {
  english: "en",
  german: "de",
  french: "fr",
  spanish: "es",
};

const READY: Ready[] = dataOf("ready");

export type Look = ReturnType<typeof lookAt>;

/** Text that is on the page, in a language ("": any). */
export type Ready = { name: string; language: string; text: string };

/** The part of the tab in which a text is given. */
export class TextSide {
  text = "";
  /** What of it follows what the field shows. */
  rest = "";
  /** What it comes from, such as the name of a file: the name of the new model. */
  origin = "";
  look: Look | null = null;
  chosen = 0;
  /** Bits per character by which the text surprises the chosen model, where that is known. */
  bits = Number.NaN;
  units = 1; // of the chosen model, in a character
  speed = 0; // weights that a model has read with in a second, at best

  models: () => readonly Model[];
  barred: (model: Model) => string;
  area: HTMLInputElement;

  /**
   * @param models on the page
   * @param barred the key of why a model can't be taught; "" if it can
   */
  constructor(models: () => readonly Model[], barred: (model: Model) => string) {
    this.models = models;
    this.barred = barred;
    this.area = field("teach-text");
    let typed = 0;
    this.area.addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(() => this.take(this.area.value + this.rest, this.origin), TYPED);
    });
    this.area.addEventListener("beforeinput", () => this.#leave());
    this.area.addEventListener("paste", (event) => this.#paste(event));
    element("teach-choose").addEventListener("click", () => field("teach-file").click());
    field("teach-file").addEventListener("change", () => {
      this.read([...(field("teach-file").files ?? [])]);
      field("teach-file").value = ""; // the same files may be chosen again
    });
    field("teach-items").addEventListener("change", () => this.show());
    this.#takeDrops();
    this.#offerReady();
    addEventListener("languagechange", () => {
      this.#offerReady();
      this.show();
    });
  }

  #takeDrops() {
    const place = element("teach-drop");
    const drag = (event: DragEvent, over: boolean) => {
      event.preventDefault();
      place.classList.toggle("over", over);
    };
    place.addEventListener("dragover", (event) => drag(event, true));
    place.addEventListener("dragleave", (event) => drag(event, false));
    place.addEventListener("drop", (event) => {
      drag(event, false);
      const { files } = event.dataTransfer ?? {};
      if (files?.length) {
        this.read([...files]);
      } else {
        this.give(event.dataTransfer?.getData("text/plain") ?? "", "");
      }
    });
  }

  /**
   * Offer the ready texts in the page's language and in those that its machines know; each is named
   * in its own.
   */
  #offerReady() {
    const known = this.models().map((model) => LANGUAGES_KNOWN[baseOf(model)]);
    const order = [spokenLanguage(), ...known, ""];
    const texts = READY.filter(({ language }) => order.includes(language)).sort(
      (one, other) => order.indexOf(one.language) - order.indexOf(other.language),
    );
    element("teach-ready").replaceChildren(...texts.map((ready) => this.#readyButton(ready)));
  }

  #readyButton({ name, language, text }: Ready) {
    const tongue = language || spokenLanguage();
    const title = said(`teach.ready.${name}`, {}, tongue);
    const button = Object.assign(make("button", "plain", title), { type: "button", lang: tongue });
    button.addEventListener("click", () => this.give(text, title));
    return button;
  }

  /** Read files, in the order of their names. */
  async read(files: File[]) {
    const { compare } = new Intl.Collator("en", { numeric: true });
    files.sort((one, other) => compare(one.name, other.name));
    const several = files.length > 1;
    const texts: string[] = [];
    for (const file of files) {
      try {
        texts.push(await readFile(file));
      } catch (error) {
        this.complain((several ? `${file.name} – ` : "") + said((error as Error).message));
        return;
      }
    }
    this.give(joinedSources(texts), several ? "" : files[0].name.replace(/\.[^.]*$/, ""));
    if (several) {
      this.tell("teach.files", { names: files.map(({ name }) => name).join(", ") });
    }
  }

  /** Show the beginning of a text in the field. */
  give(text: string, origin: string) {
    const shown = partForField(text);
    this.area.value = shown;
    this.area.scrollTop = 0;
    this.rest = text.slice(shown.length);
    this.take(text, origin);
  }

  /** The text is about to change; without all that is shown, the rest goes, too. */
  #leave() {
    const { selectionStart, selectionEnd, value } = this.area;
    if (selectionStart === 0 && selectionEnd === value.length) {
      this.rest = "";
    }
  }

  /** Take what is pasted, if the field would take long over it. */
  #paste(event: ClipboardEvent) {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    this.origin = "";
    if (partForField(pasted) !== pasted) {
      event.preventDefault();
      this.#leave();
      const { selectionStart, selectionEnd, value } = this.area;
      const before = value.slice(0, selectionStart ?? 0);
      this.give(before + pasted + value.slice(selectionEnd ?? 0) + this.rest, "");
    }
  }

  take(text: string, origin: string) {
    this.complain("");
    this.text = text;
    this.origin = origin;
    element("teach-cut").hidden = !this.rest;
    this.#examine();
    field("teach-items").checked = Boolean(this.look?.items);
    this.show();
  }

  /** Start from the page's `n`th model; -1: from nothing. */
  startFrom(n: number) {
    this.chosen = n;
    this.#examine();
    this.show();
  }

  /** Look at the text as the chosen model would read it. */
  #examine() {
    this.bits = Number.NaN;
    const { model, text } = this;
    this.look = text.trim() ? lookAt(text, model?.facts ?? null, CONSTANTS) : null;
    if (this.look?.binary) {
      this.complain(said("intake.binary"));
      this.look = null;
    }
    this.#judge(model, this.look);
  }

  /** Find out how much a text surprises the model, by parts of it. */
  async #judge(model: Model | null, look: Look | null) {
    if (model && look) {
      const { vocabulary, facts } = model;
      const read = look.places.map((place) => place.slice(0, JUDGED)).join("");
      const ids = vocabulary.split(vocabulary.prepare(read)).map((unit) => vocabulary.id(unit));
      await model.ask("surprise", { ids: [], start: [] }); // it may be writing before that
      const begun = performance.now();
      const { units } = await model.ask("surprise", { ids, start: facts.start });
      const seconds = (performance.now() - begun) / 1000;
      if (look === this.look && model === this.model) {
        const odds = units.map((unit) => unit.odds || 1 / facts.units.length);
        this.bits = odds.reduce((sum, each) => sum - Math.log2(each), 0) / read.length;
        this.units = ids.length / read.length;
        this.speed = Math.max(this.speed, (weightsIn(networkShape(facts)) * ids.length) / seconds);
        this.show();
      }
    }
  }

  /** Whether the text is hardly like what the chosen model knows. */
  get foreign() {
    return this.bits > CONSTANTS.learning.tuning.strange;
  }

  /** The number of the model to start from; -1: nothing, also where the chosen one is no help. */
  get start() {
    return this.foreign && !this.models()[this.chosen].learned ? -1 : this.chosen;
  }

  /** The model to start from, or null for nothing. */
  get model() {
    return this.models()[this.start] ?? null;
  }

  /** What the text's items are, if it is taught as a list. */
  get items(): Items | null {
    const { look } = this;
    return field("teach-items").checked && look ? (look.items ?? "line") : null;
  }

  /** Show why a text can't be read; "": no reason. */
  complain(why: string) {
    element("teach-trouble").hidden = !why;
    element("teach-trouble").textContent = why;
    element("teach-told").hidden = true;
  }

  /** Tell what has happened. */
  tell(key: string, values: Record<string, string>) {
    this.complain("");
    element("teach-told").hidden = false;
    phraseIn(element("teach-told"), key, values);
  }

  /** Show what was found, and what can be done with it. */
  show() {
    const { look } = this;
    element("teach-found").hidden = !look;
    element("teach-else").hidden = Boolean(look);
    this.#offerStarts();
    if (!look) return;
    const listed = Boolean(this.items);
    const several = look.items === "paragraph";
    const list = several ? "paragraphs" : "list";
    const kind = listed ? list : look.kind === "list" ? "prose" : look.kind;
    const count = listed ? look.parts : look.characters;
    phraseIn(element("teach-items-label"), `teach.each-${several ? "paragraph" : "line"}`);
    phraseIn(element("teach-what"), `teach.kind.${kind}`, { count });
    const advice = this.#advice(look, listed ? look.parts : 0);
    element("teach-advice").replaceChildren(...advice.map((line) => make("li", "", line)));
    const [unit, amount] = inWords(this.#seconds(look));
    phraseIn(element("teach-time"), `teach.time.${unit}`, { count: amount });
    const short = look.characters < FEWEST_LETTERS;
    element("teach-time").hidden = short || !this.speed;
    (element("teach-go") as HTMLButtonElement).disabled = short;
  }

  /** Return about how many seconds learning takes here, unless it begins to learn by heart. */
  #seconds({ characters }: Look) {
    const { tuning, new: table } = CONSTANTS.learning;
    const parent = this.model?.facts ?? null;
    const workers = Math.min(MOST_HELPERS + 1, navigator.hardwareConcurrency);
    const sought = {
      units: characters * (parent ? this.units : 1),
      parent,
      familiar: this.bits < tuning.familiar,
      speed: (LEARNED * workers * this.speed) / (parent ? weightsIn(networkShape(parent)) : TABLE),
      large: this.chosen >= 0,
      lookback: CONSTANTS.settings.lookback,
    };
    const { epochs, layers, seconds } = planFor(sought, CONSTANTS);
    const size = table.sizes.find(({ units }) => units === layers[0][1]);
    const speed = sought.speed * (parent ? 1 : (size?.speed ?? 1));
    return Math.min(seconds, ((parent ? BEYOND : 1) * epochs * sought.units) / speed);
  }

  /** @param items of a list, or 0 */
  #advice(look: Look, items: number) {
    const { characters, left, added } = look;
    if (characters < FEWEST_LETTERS) return [said("teach.short", { least: FEWEST_LETTERS })];
    const part = newPart(this.text);
    const fresh = part * characters;
    const more = fresh < SENTENCES_FROM ? "phrases" : "sentences";
    const prose = fresh < PHRASES_FROM ? "spelling" : more;
    const good = items ? `items.${part * items < ITEMS_FROM ? "few" : "many"}` : prose;
    const key = `teach.good.${fresh < FEWEST_LETTERS ? "little" : good}`;
    const advice = [said(key, { needed: PHRASES_FROM })];
    if (characters > MOST_LETTERS) {
      advice.push(said("teach.long", { most: MOST_LETTERS }));
    }
    if (this.foreign) {
      advice.push(said(`teach.foreign${this.model?.learned ? "" : ".new"}`));
    }
    if (left.length) {
      advice.push(said("teach.left", { letters: named(left) }));
    }
    if (added.length && this.model) {
      advice.push(said("teach.added", { letters: named(added) }));
    }
    return advice;
  }

  /** Offer each model of the page that can be taught, and nothing. */
  #offerStarts() {
    const models = this.models();
    const able = models.map((model) => !this.barred(model));
    if (this.chosen >= 0 && !able[this.chosen]) {
      this.chosen = Math.max(-1, able.indexOf(true));
    }
    const rows = models.flatMap((model, n) => (able[n] ? [this.#start(n, startName(model))] : []));
    const focused = document.activeElement?.id ?? "";
    element("teach-starts").replaceChildren(...rows, this.#start(-1, said("teach.start.nothing")));
    if (focused.startsWith("teach-start-")) {
      document.getElementById(focused)?.focus();
    }
  }

  /**
   * Return the choice of what to start from.
   * @param n of the model; -1: nothing
   */
  #start(n: number, name: string) {
    const id = `teach-start-${n}`;
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "teach-start", id, checked: n === this.start });
    input.disabled = n === this.chosen && n !== this.start;
    input.addEventListener("change", () => this.startFrom(n));
    return make("p", "", input, Object.assign(make("label", "", name), { htmlFor: id }));
  }
}

/** Return what a field shows of a text. */
function partForField(text: string) {
  const shown = text.slice(0, MOST_IN_FIELD).split("\n", MOST_LINES_IN_FIELD).join("\n");
  return text.length > shown.length && text[shown.length - 1] === "\r" ? shown.slice(0, -1) : shown;
}

/** Return which part of a text isn't just repeated: in most, over half of the pairs of words. */
function newPart(text: string) {
  const words = text.slice(0, MOST_IN_FIELD).match(/\S{1,9}/g) ?? [];
  const pairs = new Set(words.map((word, n) => `${word} ${words[n + 1]}`));
  return Math.min(1, (2 * pairs.size) / words.length);
}

/** Return what to call a machine that one may start from. */
function startName({ facts: { name, record }, learned }: Model) {
  const base = name in LANGUAGES_KNOWN && !record.facts.base;
  const kind = learned ? "taught" : base ? name : "model";
  return said(`teach.start.${kind}`, { name });
}

/** Return the name of the base that a machine is or began with. */
function baseOf({ facts: { name, record } }: Model) {
  return (record.facts.base ?? name).split(":")[0];
}

/** Return characters as they are listed. */
function named(characters: string[]) {
  const shown = characters.slice(0, MOST_NAMED).map(shownAlone).join(" ");
  return characters.length > MOST_NAMED ? `${shown} …` : shown;
}
