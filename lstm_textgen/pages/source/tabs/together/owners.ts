/** Who wrote what of a text, also after undoing and redoing. */

import { CONSTANTS } from "../../ui/document.ts";

/** Who wrote a character: "0" a person, "1" the first model, "2" the second. */
export const YOU = "0";

/** A letter of a script with spaces between its words: in others, each character is someone's. */
const LETTER = `(?:(?!${CONSTANTS.choosing.classes[2]})[\\p{L}\\p{M}\\p{N}])`;

const WORDS_OF_TEXT = new RegExp(`${LETTER}+(?:['’-]${LETTER}+)*`, "gu");
const LETTERS_BEFORE = new RegExp(`(?:${LETTER}|['’-])+$`, "u");
const LETTERS_AFTER = new RegExp(`^(?:${LETTER}|['’-])+`, "u");

/** Characters among which the ends of a word are looked for. */
const NEAR = 100;

/** Text and who wrote each character of it. */
export type Owned = { text: string; owners: string };

/** At a place. */
export type Change = { at: number; old: Owned; fresh: Owned };

/**
 * A text, who wrote it, and all that it was. A word has one writer: whoever offered it, or a person
 * who changed a letter of it, but not one who changed only its capitals, or what is beside it.
 */
export class OwnedText {
  text: string;
  owners: string;
  changes: Change[];
  done: number; // How many of them aren't undone.

  constructor(text = "", owners = "") {
    this.text = text;
    this.owners = owners;
    this.changes = [];
    this.done = 0;
  }

  /** Become another `text`; what is new in it ends at a place and has an owner. */
  become(text: string, end: number, owner: string) {
    const { text: old, owners } = this;
    const rest = old.endsWith(text.slice(end)) ? text.length - end : alikeAtEnd(old, text);
    const start = Math.min(alike(old, text), Math.min(old.length, text.length) - rest);
    const gone = { text: old.slice(start, old.length - rest), owners: owners.slice(start) };
    const before = matched(LETTERS_BEFORE, text.slice(0, start).slice(-NEAR));
    const after = matched(LETTERS_AFTER, text.slice(text.length - rest).slice(0, NEAR));
    let [from, left] = [start, rest];
    if (owner !== YOU && LETTERS_AFTER.test(text.slice(start, end))) {
      from -= before; // a word that a machine completes is the machine's
    } else if (owner === YOU && hasMachines(gone)) {
      from -= LETTERS_AFTER.test(gone.text) ? before : 0; // a machine's word that was cut is yours
      left -= LETTERS_BEFORE.test(gone.text) ? after : 0;
    }
    const fresh = owner.repeat(text.length - left - from);
    const all = owners.slice(0, from) + fresh + owners.slice(old.length - left);
    this.take({ text, owners: (owner === YOU && this.ownersBut(text)) || all });
  }

  /** Return who wrote `text` if that has only other capitals than the present or the last one. */
  ownersBut(text: string) {
    const last = this.changes[this.done - 1];
    const former = last ? [this, withChange(this, last, -1)] : [this];
    return former.find((each) => each.text.toLowerCase() === text.toLowerCase())?.owners;
  }

  /** Let a character be a person's. */
  own(at: number) {
    const { text, owners } = this;
    this.take({ text, owners: owners.slice(0, at) + YOU + owners.slice(at + 1) });
  }

  /** Become the next text. */
  take(next: Owned) {
    const shorter = Math.min(this.text.length, next.text.length);
    const at = Math.min(alike(this.text, next.text), alike(this.owners, next.owners));
    const ends = [alikeAtEnd(this.text, next.text), alikeAtEnd(this.owners, next.owners)];
    const left = Math.min(...ends, shorter - at);
    const part = ({ text, owners }: Owned) => ({
      text: text.slice(at, text.length - left),
      owners: owners.slice(at, text.length - left),
    });
    this.changes.splice(this.done++, Infinity, { at, old: part(this), fresh: part(next) });
    Object.assign(this, next);
  }

  /**
   * Undo or redo changes until there is a `text` again; return whether there was.
   * @param way -1: undo, 1: redo
   */
  travel(text: string, way: number) {
    let done = this.done;
    let now: Owned = this;
    while (now.text !== text) {
      const change = this.changes[way < 0 ? done - 1 : done];
      if (!change) return false;
      now = withChange(now, change, way);
      done += way;
    }
    Object.assign(this, { text, owners: now.owners, done });
    return true;
  }

  /** Return whose each character is: a word is one person's or one machine's. */
  get whose() {
    const { text, owners } = this;
    let all = "";
    for (const { 0: word, index } of text.matchAll(WORDS_OF_TEXT)) {
      const own = owners.slice(index, index + word.length);
      const owner = own.includes(YOU) ? YOU : own[0];
      all += owners.slice(all.length, index) + owner.repeat(word.length);
    }
    return all + owners.slice(all.length);
  }
}

/** Return a text with a change made (1) or taken back (-1). */
function withChange({ text, owners }: Owned, { at, old, fresh }: Change, way: number): Owned {
  const [from, to] = way < 0 ? [fresh, old] : [old, fresh];
  const end = at + from.text.length;
  return {
    text: text.slice(0, at) + to.text + text.slice(end),
    owners: owners.slice(0, at) + to.owners + owners.slice(end),
  };
}

/** Return whether a machine wrote a letter of a text. */
function hasMachines({ text, owners }: Owned) {
  return [...text.matchAll(WORDS_OF_TEXT)].some(({ 0: word, index }) =>
    /[^0]/.test(owners.slice(index, index + word.length)),
  );
}

/** Return how many characters of a text a pattern matches. */
function matched(pattern: RegExp, text: string) {
  return pattern.exec(text)?.[0].length ?? 0;
}

/** Return how many characters two texts have in common at their beginnings. */
export function alike(one: string, other: string) {
  const shorter = Math.min(one.length, other.length);
  let n = 0;
  while (n < shorter && one[n] === other[n]) {
    n++;
  }
  return n;
}

/** Return how many characters two texts have in common at their ends. */
function alikeAtEnd(one: string, other: string) {
  const shorter = Math.min(one.length, other.length);
  let n = 0;
  while (n < shorter && one[one.length - 1 - n] === other[other.length - 1 - n]) {
    n++;
  }
  return n;
}
