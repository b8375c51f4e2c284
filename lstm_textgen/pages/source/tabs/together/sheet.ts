/** A sheet: a text field that knows who wrote each word. */

import { CONSTANTS, make } from "../../ui/document.ts";
import { alike, OwnedText, YOU } from "./owners.ts";

/**
 * Characters before the place that models read at once, after a paste: some two pages. Whoever
 * writes on needs nothing read again, until they have read the most; they need the least.
 */
const READ = 5000;
const LEAST_READ = 500;
const MOST_READ = 25_000;

/** Characters among which a space is looked for, so that they don't begin within a word. */
const NEAR_SPACE = 100;

const SPACELESS = new RegExp(CONSTANTS.choosing.classes[2], "u");

/** What stands directly after a word: a space that was added before it gives way. */
const AFTER_WORD = /^(?:[.,;:!?…)\]}»”،؛؟、。]|\s)/u;

/** Which way events of these types go in the changes of the text. */
const TRAVELS: Record<string, number> = { historyUndo: -1, historyRedo: 1 };

/** A field, and who wrote what is in it. */
export class Sheet {
  /** The text at the last change, and who wrote it. */
  owned = new OwnedText();

  /** What models read last, and where in the text that begins. */
  read = "";
  from = 0;

  /** Whose the text is that is being added. */
  adding = YOU;

  /** Where what was added last begins. */
  added = 0;

  /** The place at the last change. */
  seen = 0;

  area: HTMLInputElement;
  colors: HTMLElement;
  changed: () => void;

  /** @param colors where it is shown who wrote what */
  constructor(area: HTMLInputElement, colors: HTMLElement, changed: () => void) {
    this.area = area;
    this.colors = colors;
    this.changed = changed;
    area.addEventListener("input", (event) => {
      this.update((event as InputEvent).inputType);
    });
    area.addEventListener("compositionend", () => this.update());
    addEventListener("resize", () => this.show());
    addEventListener("beforeprint", () => this.paint()); // what is printed are the colors' letters
    addEventListener("afterprint", () => colors.hidden && colors.replaceChildren());
    area.addEventListener("beforeinput", (event) => this.replaceSpace(event));
    document.addEventListener("selectionchange", () => {
      if (document.activeElement === area && area.value === this.owned.text && !this.stays()) {
        changed();
      }
    });
  }

  get place() {
    return this.area.selectionStart ?? 0;
  }

  /**
   * Whether the place is after a space that a machine added, so that the word before it is over.
   */
  get ended() {
    const { text, owners } = this.owned;
    const at = this.place - 1;
    return text[at] === " " && owners[at] !== YOU && /[\p{L}\p{N}]$/u.test(text.slice(at - 2, at));
  }

  /** The text after the place. */
  get rest() {
    return this.owned.text.slice(this.place);
  }

  /** Return whether the place is still the one after what was added. */
  stays() {
    const same = this.place === this.seen;
    this.seen = this.place;
    return same;
  }

  /**
   * Return the text before the place, or the end of it, without a space that was added after a
   * word. As long as models need to read only a little more of it, its beginning stays.
   */
  before() {
    const all = this.owned.text;
    const end = this.ended ? this.place - 1 : this.place;
    const text = all.slice(this.from, end);
    const more = text.length - alike(text, this.read);
    if (more > READ || text.length > MOST_READ || (this.from > 0 && text.length < LEAST_READ)) {
      const first = Math.max(0, end - READ);
      const space = first ? all.slice(first, first + NEAR_SPACE).search(/\s/) : 0;
      this.from = first + Math.max(0, space);
    }
    this.read = all.slice(this.from, end);
    return this.read;
  }

  /** Add what a model offers, with a space after a word, so that it can be undone. */
  add(text: string, owner: string) {
    const { area } = this;
    area.focus();
    let own = text;
    if (this.ended) {
      if (own.startsWith(" ")) {
        own = own.slice(1);
      } else {
        area.setSelectionRange(this.place - 1, area.selectionEnd);
      }
    }
    const start = this.place;
    const last = Array.from(own).at(-1) ?? "";
    const over = /[\p{L}\p{N}]/u.test(last) && !SPACELESS.test(last);
    const space = over && !AFTER_WORD.test(area.value.slice(area.selectionEnd ?? 0)) ? " " : "";
    this.insert(own + space, owner);
    this.added = start;
    this.changed();
  }

  /**
   * Put text in the place of what is selected, so that it is undone on its own: what is typed
   * before or after it is another step once the selection was set between them.
   */
  insert(text: string, owner: string) {
    const { area } = this;
    const [start, end] = [area.selectionStart ?? 0, area.selectionEnd ?? 0];
    this.adding = owner;
    area.setSelectionRange(start, end);
    // Only so can the browser undo it.
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
      area.setRangeText(text, start, end, "end");
      this.update();
    }
    area.setSelectionRange(this.place, this.place);
    this.adding = YOU;
    this.seen = this.place;
  }

  /** Let a sign, a space or a line break that is typed take the place of a space that was added. */
  replaceSpace(event: InputEvent) {
    const text = event.inputType === "insertLineBreak" ? "\n" : (event.data ?? "");
    if (event.isComposing || !this.ended || !AFTER_WORD.test(text)) return;
    event.preventDefault();
    if (text === " ") {
      this.owned.own(this.place - 1);
      this.changed();
    } else {
      this.area.setSelectionRange(this.place - 1, this.area.selectionEnd);
      this.insert(text, YOU);
    }
  }

  /** Remove all text, which can be undone. */
  empty() {
    const { area } = this;
    area.focus();
    area.select();
    this.insert("", YOU);
  }

  /** Replace what was added last by a text that was typed. */
  replaceAdded(text: string) {
    this.area.setSelectionRange(this.added, this.place);
    this.insert(text, YOU);
  }

  /**
   * Take note of a change of the text.
   * @param type of the event
   */
  update(type = "") {
    const { area, owned } = this;
    const text = area.value;
    if (text === owned.text) return;
    if (!(TRAVELS[type] && owned.travel(text, TRAVELS[type]))) {
      owned.become(text, area.selectionEnd ?? text.length, this.adding);
    }
    this.show();
    if (this.adding === YOU) {
      this.seen = this.place;
      this.changed();
    }
  }

  /** Return how many characters, without white space, each writer's are. */
  shares() {
    const counts = [0, 0, 0];
    const { text } = this.owned;
    [...this.owned.whose].forEach((owner, n) => {
      counts[Number(owner)] += Number(text[n].trim() !== "");
    });
    return counts;
  }

  content() {
    const { text, owners } = this.owned;
    return { text, owners };
  }

  restore(text: string, owners: string) {
    this.area.value = text;
    this.owned = new OwnedText(text, owners);
    this.show();
    this.changed();
  }

  /** Fit the field to its text, and show who wrote what. */
  show() {
    const { area, colors } = this;
    const y = scrollY; // less if the page was shorter for a moment
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
    scrollTo(scrollX, y);
    // Not otherwise: with each change beside the field, browsers would undo letter by letter.
    if (!colors.hidden) {
      this.paint();
    }
  }

  /** Color what machines wrote. */
  paint() {
    const { text, whose } = this.owned;
    const parts = [];
    for (let start = 0; start < text.length; ) {
      let end = start;
      while (end < text.length && whose[end] === whose[start]) {
        end++;
      }
      const part = text.slice(start, end);
      const kind = whose[start] === "2" ? "second" : "";
      parts.push(whose[start] === YOU ? part : make("i", kind, part));
      start = end;
    }
    this.colors.replaceChildren(...parts, "\u200b");
  }
}
