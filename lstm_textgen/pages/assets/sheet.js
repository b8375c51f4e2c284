/** A sheet: a text field that knows who wrote each character. */

import { CONSTANTS, make } from "./page.js";

/**
 * Characters before the place that models read at once, after a paste: some two pages. Whoever
 * writes on needs nothing read again, until they have read the most; they need the least.
 */
const READ = 5000;
const LEAST_READ = 500;
const MOST_READ = 25_000;

/** Characters among which a word's ends are looked for. */
const LONGEST = 100;

/** Who wrote a character: "0" a person, "1" the first model, "2" the second. */
const YOU = "0";

const SPACELESS = new RegExp(CONSTANTS.choosing.classes[2], "u");

/** @type {Record<string, number>} Which way events of these types go in the changes of the text. */
const TRAVELS = { historyUndo: -1, historyRedo: 1 };

/**
 * @typedef {{text: string, owners: string}} Part of the sheet
 * @typedef {{at: number, old: Part, fresh: Part}} Change at a place of the text
 */

/** A field, and who wrote what is in it. */
export class Sheet {
  /** Who wrote each character of the text. */
  owners = "";

  /** The text at the last change. */
  text = "";

  /** @type {Change[]} all changes, so that what is undone and redone has its owners again, … */
  changes = [];

  /** … and how many of them aren't undone. */
  done = 0;

  /** What models read last, and where in the text that begins. */
  read = "";
  from = 0;

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
    area.addEventListener("input", (event) => {
      this.update(/** @type {InputEvent} */ (event).inputType);
    });
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

  /**
   * Return the text before the place, or the end of it, without a space that was added after a
   * word. As long as models need to read only a little more of it, its beginning stays.
   */
  before() {
    const end = this.spaced === this.place ? this.place - 1 : this.place;
    const text = this.text.slice(this.from, end);
    const more = text.length - alike(text, this.read);
    if (more > READ || text.length > MOST_READ || (this.from > 0 && text.length < LEAST_READ)) {
      const first = Math.max(0, end - READ);
      const space = first ? this.text.slice(first, first + LONGEST).search(/\s/) : 0;
      this.from = first + Math.max(0, space);
    }
    this.read = this.text.slice(this.from, end);
    return this.read;
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

  /**
   * Take note of a change of the text.
   * @param {string} [type] of the event
   */
  update(type = "") {
    const text = this.area.value;
    if (text === this.text) {
      return;
    }
    if (!(TRAVELS[type] && this.travel(text, TRAVELS[type]))) {
      this.change(text);
    }
    this.show();
    if (this.adding === YOU) {
      this.leave();
      this.seen = this.place;
      this.changed();
    }
  }

  /**
   * Take another text: what is new in it has an owner, and a changed word is yours.
   * @param {string} text
   */
  change(text) {
    const { text: old, owners } = this;
    let start = alike(old, text);
    const most = Math.min(old.length, text.length) - start;
    let end = 0;
    while (end < most && old[old.length - 1 - end] === text[text.length - 1 - end]) {
      end++;
    }
    const fresh = this.adding.repeat(text.length - end - start);
    let all = owners.slice(0, start) + fresh + owners.slice(owners.length - end);
    if (this.adding === YOU) {
      const before = text.slice(Math.max(0, start - LONGEST), start);
      const after = text.slice(text.length - end).slice(0, LONGEST);
      start -= /[\p{L}\p{M}\p{N}'’-]*$/u.exec(before)?.[0].length ?? 0;
      end -= /^[\p{L}\p{M}\p{N}'’-]*/u.exec(after)?.[0].length ?? 0;
      all =
        all.slice(0, start) + YOU.repeat(text.length - end - start) + all.slice(all.length - end);
    }
    const part = (/** @type {Part} */ { text: own, owners: whose }) => ({
      text: own.slice(start, own.length - end),
      owners: whose.slice(start, whose.length - end),
    });
    this.changes.splice(this.done++, Infinity, {
      at: start,
      old: part(this),
      fresh: part({ text, owners: all }),
    });
    [this.text, this.owners] = [text, all];
  }

  /**
   * Undo or redo changes up to a `text` that there was; return whether there was.
   * @param {string} text @param {number} way -1: undo, 1: redo
   */
  travel(text, way) {
    let { done, text: now, owners } = this;
    while (now !== text) {
      const change = this.changes[way < 0 ? done - 1 : done];
      if (!change) {
        return false;
      }
      const { at } = change;
      const [from, to] = way < 0 ? [change.fresh, change.old] : [change.old, change.fresh];
      now = now.slice(0, at) + to.text + now.slice(at + from.text.length);
      owners = owners.slice(0, at) + to.owners + owners.slice(at + from.text.length);
      done += way;
    }
    Object.assign(this, { done, text, owners });
    return true;
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
    [this.changes, this.done] = [[], 0];
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

/**
 * Return how many characters two texts have in common at their beginnings.
 * @param {string} one @param {string} other
 */
function alike(one, other) {
  const shorter = Math.min(one.length, other.length);
  let n = 0;
  while (n < shorter && one[n] === other[n]) {
    n++;
  }
  return n;
}
