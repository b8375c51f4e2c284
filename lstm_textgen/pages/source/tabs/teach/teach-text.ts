/**
 * The first part of the tab Teach: a text comes in, what it is good for, and what to start from.
 */

import type { Model } from "../../models/model.ts";
import { joinedSources, lookAt } from "../../text/intake.ts";
import type { Items } from "../../text/items.ts";
import { CONSTANTS, dataOf, element, field, make } from "../../ui/document.ts";
import { readFile } from "../../ui/documents.ts";
import { phraseIn, said, spokenLanguage } from "../../ui/phrases.ts";
import { shownAlone } from "../../ui/shown.ts";
import type { Unit } from "../../writing/writer.ts";

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

/** Characters by which it is judged whether a model knows texts of this kind. */
const JUDGED = 300;

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

/** Of what to start from. */
export interface Choice {
  model: Model | null; // null: nothing
  n: number; // of the model on the page, which the new one replaces
}

/** The part of the tab in which a text is given. */
export class TextSide {
  text = "";
  /** What of it follows what the field shows. */
  rest = "";
  /** What it comes from, such as the name of a file: the name of the new model. */
  origin = "";
  look: Look | null = null;
  chosen = 0;
  /** Whether the text is hardly like what the chosen model knows. */
  foreign = false;

  models: () => Model[];
  barred: (model: Model) => string;
  area: HTMLInputElement;

  /**
   * @param models on the page
   * @param barred the key of why a model can't be taught; "" if it can
   */
  constructor(models: () => Model[], barred: (model: Model) => string) {
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
    const { model, text } = this;
    this.look = text.trim() ? lookAt(text, model?.facts ?? null, CONSTANTS) : null;
    this.foreign = false;
    if (this.look?.binary) {
      this.complain(said("intake.binary"));
      this.look = null;
    }
    this.#judge(model, this.look);
  }

  /** Find out whether a text is hardly like what the model knows, by a part of it. */
  async #judge(model: Model | null, look: Look | null) {
    const place = look?.places[0]?.slice(0, JUDGED);
    if (model && place) {
      const { vocabulary, facts } = model;
      const ids = vocabulary.split(vocabulary.prepare(place)).map((unit) => vocabulary.id(unit));
      const { units }: { units: Unit[] } = await model.ask("surprise", { ids, start: facts.start });
      const bits = units.reduce((sum, { odds }) => sum - Math.log2(odds || 1), 0) / place.length;
      if (look === this.look && model === this.model) {
        this.foreign = bits > CONSTANTS.learning.tuning.strange;
        this.show();
      }
    }
  }

  /** The model to start from, or null for nothing. */
  get model() {
    return this.models()[this.chosen] ?? null;
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
    if (!look) {
      return;
    }
    const listed = Boolean(this.items);
    const several = look.items === "paragraph";
    const list = several ? "paragraphs" : "list";
    const kind = listed ? list : look.kind === "list" ? "prose" : look.kind;
    const count = listed ? look.parts : look.characters;
    phraseIn(element("teach-items-label"), `teach.each-${several ? "paragraph" : "line"}`);
    phraseIn(element("teach-what"), `teach.kind.${kind}`, { count });
    const advice = this.#advice(look, listed ? look.parts : 0);
    element("teach-advice").replaceChildren(...advice.map((line) => make("li", "", line)));
    const short = look.characters < FEWEST_LETTERS;
    (element("teach-go") as HTMLButtonElement).disabled = short;
  }

  /** @param items of a list, or 0 */
  #advice(look: Look, items: number) {
    const { characters, left, added } = look;
    const advice = [];
    if (characters < FEWEST_LETTERS) {
      return [said("teach.short", { least: FEWEST_LETTERS })];
    }
    if (items) {
      advice.push(said(`teach.good.items.${items < ITEMS_FROM ? "few" : "many"}`));
    } else if (characters < PHRASES_FROM) {
      advice.push(said("teach.good.spelling", { needed: PHRASES_FROM }));
    } else {
      advice.push(said(`teach.good.${characters < SENTENCES_FROM ? "phrases" : "sentences"}`));
    }
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
    element("teach-starts").replaceChildren(...rows, this.#start(-1, said("teach.start.nothing")));
  }

  /**
   * Return the choice of what to start from.
   * @param n of the model; -1: nothing
   */
  #start(n: number, name: string) {
    const id = `teach-start-${n}`;
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "teach-start", id, checked: n === this.chosen });
    input.addEventListener("change", () => this.startFrom(n));
    return make("p", "", input, Object.assign(make("label", "", name), { htmlFor: id }));
  }
}

/** Return what a field shows of a text. */
function partForField(text: string) {
  const shown = text.slice(0, MOST_IN_FIELD).split("\n", MOST_LINES_IN_FIELD).join("\n");
  return text.length > shown.length && text[shown.length - 1] === "\r" ? shown.slice(0, -1) : shown;
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
