/** A sheet: a text field that knows who wrote each character. */

import { CONSTANTS, make } from "./page.js";

/** Characters before the place that models read: from a thousand to this many. */
const READ = 2500;

/** Who wrote a character: "0" a person, "1" the first model, "2" the second. */
const YOU = "0";

const SPACELESS = new RegExp(CONSTANTS.choosing.classes[2], "u");

/** A field, and who wrote what is in it. */
export class Sheet {
  /** Who wrote each character of the text. */
  owners = "";

  /** The text at the last change. */
  text = "";

  /** Whose the text is that is being added. */
  adding = YOU;

  /** The digit that chose what was added last; "" once anything else has happened. */
  digit = "";

  /** Where what was added last begins, and its end if a space was added to it. */
  added = 0;
  spaced = -1;

  /** The place at the last change. */
  seen = 0;

  /**
   * @param {HTMLInputElement} area @param {HTMLElement} colors where it is shown who wrote what
   * @param {() => void} changed
   */
  constructor(area, colors, changed) {
    this.area = area;
    this.colors = colors;
    this.changed = changed;
    area.addEventListener("input", () => this.update());
    area.addEventListener("compositionend", () => this.update());
    document.addEventListener("selectionchange", () => {
      if (document.activeElement === area && area.value === this.text && !this.stays()) {
        this.leave();
        changed();
      }
    });
  }

  get place() {
    return this.area.selectionStart ?? 0;
  }

  /** Return whether the place is still the one after what was added. */
  stays() {
    const same = this.place === this.seen;
    this.seen = this.place;
    return same;
  }

  /** Forget what was added last. */
  leave() {
    this.digit = "";
    this.spaced = -1;
  }

  /** Return the text before the place, without a space that was added after a word. */
  before() {
    const end = this.spaced === this.place ? this.place - 1 : this.place;
    const text = this.text.slice(0, end);
    const first = Math.max(0, 1000 * Math.floor((text.length - READ + 1000) / 1000));
    const cut = first && text.indexOf(" ", first);
    return text.slice(Math.max(0, cut));
  }

  /**
   * Add what a model offers, with a space after a word, so that it can be undone.
   * @param {string} text @param {string} owner
   */
  add(text, owner) {
    const { area } = this;
    area.focus();
    let own = text;
    if (this.spaced === this.place) {
      if (own.startsWith(" ")) {
        own = own.slice(1);
      } else {
        area.setSelectionRange(this.place - 1, area.selectionEnd);
      }
    }
    const start = this.place;
    const last = Array.from(own).at(-1) ?? "";
    const space = /[\p{L}\p{N}]/u.test(last) && !SPACELESS.test(last) ? " " : "";
    this.insert(own + space, owner);
    this.added = start;
    this.spaced = space ? this.place : -1;
    this.changed();
  }

  /**
   * Put text in the place of what is selected.
   * @param {string} text @param {string} owner
   */
  insert(text, owner) {
    this.adding = owner;
    this.leave();
    // Only so can the browser undo it.
    if (!document.execCommand("insertText", false, text)) {
      const { selectionStart, selectionEnd } = this.area;
      this.area.setRangeText(text, selectionStart ?? 0, selectionEnd ?? 0, "end");
      this.update();
    }
    this.adding = YOU;
    this.seen = this.place;
  }

  /** Replace what was added last by the digit that chose it. */
  giveDigit() {
    const { digit, area } = this;
    area.setSelectionRange(this.added, this.place);
    this.insert(digit, YOU);
    this.changed();
  }

  /** Take note of a change of the text: what is new has an owner, and a changed word is yours. */
  update() {
    const { area, text: old, owners } = this;
    const text = area.value;
    const shorter = Math.min(old.length, text.length);
    let start = 0;
    while (start < shorter && old[start] === text[start]) {
      start++;
    }
    let end = 0;
    while (end < shorter - start && old[old.length - 1 - end] === text[text.length - 1 - end]) {
      end++;
    }
    const fresh = text.length - end - start;
    this.text = text;
    this.owners =
      owners.slice(0, start) + this.adding.repeat(fresh) + owners.slice(owners.length - end);
    if (this.adding === YOU) {
      this.own(start, text.length - end);
      this.leave();
      this.seen = this.place;
      this.show();
      this.changed();
    } else {
      this.show();
    }
  }

  /**
   * Let the words that reach into a range be yours.
   * @param {number} start @param {number} end
   */
  own(start, end) {
    const before = /[\p{L}\p{M}\p{N}'’-]*$/u.exec(this.text.slice(0, start))?.[0].length ?? 0;
    const after = /^[\p{L}\p{M}\p{N}'’-]*/u.exec(this.text.slice(end))?.[0].length ?? 0;
    const [from, to] = [start - before, end + after];
    this.owners = this.owners.slice(0, from) + YOU.repeat(to - from) + this.owners.slice(to);
  }

  /** Return how many characters, without white space, are yours and the machines'. */
  shares() {
    let [yours, machines] = [0, 0];
    for (let n = 0; n < this.text.length; n++) {
      if (this.text[n].trim()) {
        yours += Number(this.owners[n] === YOU);
        machines += Number(this.owners[n] !== YOU);
      }
    }
    return { yours, machines };
  }

  content() {
    return { text: this.text, owners: this.owners };
  }

  /** @param {string} text @param {string} owners */
  restore(text, owners) {
    this.area.value = text;
    [this.text, this.owners] = [text, owners];
    this.leave();
    this.show();
    this.changed();
  }

  /** Fit the field to its text, and show who wrote what. */
  show() {
    const { area, colors, text, owners } = this;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
    if (colors.hidden) {
      return;
    }
    const parts = [];
    for (let start = 0; start < text.length; ) {
      let end = start;
      while (end < text.length && owners[end] === owners[start]) {
        end++;
      }
      const part = text.slice(start, end);
      const kind = owners[start] === "2" ? "second" : "";
      parts.push(owners[start] === YOU ? part : make("i", kind, part));
      start = end;
    }
    colors.replaceChildren(...parts, "\u200b");
  }
}
