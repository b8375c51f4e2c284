/** Where a word ends, for those who choose words: as in `wordends.hy`, which explains it. */

import type { Constants } from "../types.ts";

/** Classes of characters, as numbers. */
const CLASS = { mark: 1, spaceless: 2, letter: 3, joiner: 5 };

/** What units do to a word in one state. */
export interface Row {
  goOn: number[]; // ids of those that belong to it
  end: number[]; // ids of those before which it is whole
  back: number[]; // ids of those before which all but its last character is
  within: [number, number][]; // ids, and how much of each unit belongs to it
}

type Choosing = Constants["choosing"];

/** Return what people see of a `word`: one line break for any, and all `quotes` straight. */
export function asSeen(word: string, quotes: Constants["quotes"]) {
  return word.includes("\n") ? "\n" : withPlainQuotes(word.trim(), quotes);
}

/** Return `text` with the quotation marks that keyboards have. */
export function withPlainQuotes(text: string, quotes: Constants["quotes"]) {
  return Object.entries(quotes).reduce(
    (plain, [mark, typographic]) => plain.replace(new RegExp(`[${typographic}]`, "g"), mark),
    text,
  );
}

/** The rules, for the units of one model. */
export class WordEnds {
  units: string[];
  table: Record<string, string>;
  longest: number;
  patterns: RegExp[];
  enders: number[]; // Units that can't continue a word that ends with letters.
  rows: Map<string, Row>; // of all units, by states
  firsts: Map<string, number[]>; // units that begin in a script without spaces, and with which

  constructor(units: string[], { classes, table, longest }: Choosing) {
    this.units = units;
    this.table = table;
    this.longest = longest;
    this.patterns = classes.map((pattern) => new RegExp(pattern, "u"));
    this.enders = [...units.keys()].filter((id) => !this.continues(units[id]));
    this.rows = new Map();
    this.firsts = new Map();
    units.forEach((unit, id) => {
      const [first] = unit;
      if (this.classOf(first) === CLASS.spaceless) {
        this.firsts.set(first, [...(this.firsts.get(first) ?? []), id]);
      }
    });
  }

  classOf(character: string) {
    return this.patterns.findIndex((pattern) => pattern.test(character));
  }

  /** Return whether `text` may continue a word that ends with letters. */
  continues([first]: string) {
    return [CLASS.mark, CLASS.letter, CLASS.joiner].includes(this.classOf(first));
  }

  /** Return the words of letters in `text`; in a script without spaces, each character is one. */
  wordsOf(text: string) {
    const found: string[] = [];
    let open = false;
    for (const character of text) {
      const own = this.classOf(character);
      if (open && this.continues(character)) {
        found.push(found.pop() + character);
      } else if (own === CLASS.letter || own === CLASS.spaceless) {
        found.push(character);
        open = own === CLASS.letter;
      } else if (own !== CLASS.mark) {
        open = false;
      }
    }
    return found;
  }

  /** Return the state after `text` in a word's `state`, and where the word ended, or null. */
  follow(state: string, text: string): [string, number | null] {
    let [now, place] = [state, 0];
    for (const character of text) {
      const next = this.table[now][this.classOf(character)];
      if (next === "." || next === "-") return [now, next === "." ? place : place - 1];
      now = next;
      place += character.length;
    }
    return [now, null];
  }

  /** Return in which state of a word `text` ends, and what it has of that word. */
  typedAtEnd(text: string): [string, string] {
    const tail = Array.from(text).slice(-this.longest);
    let [state, start] = ["S", 0];
    tail.forEach((character, n) => {
      const own = this.classOf(character);
      let next = this.table[state][own];
      if (next === "." || next === "-") {
        [state, next] = ["S", this.table.S[own]];
      }
      start = state === "S" ? n : start;
      state = next;
    });
    const typed = { L: "T", J: "U" }[state];
    return typed ? [typed, tail.slice(start).join("")] : ["S", ""];
  }

  /** Return whether `word` continues what was typed, in a state of `typedAtEnd` or of an item. */
  completes(state: string, word: string) {
    return (
      "IX".includes(state) ||
      ("TU".includes(state) && this.continues(word) && this.follow(state, word)[0] === "L")
    );
  }

  /** Return what all units do to a word in this `state`. */
  row(state: string) {
    const row = this.rows.get(state) ?? this.rowAfter(state, [...this.units.keys()], 0);
    this.rows.set(state, row);
    return row;
  }

  /** Return what the units `ids` do, of which the first `typed` characters have come already. */
  rowAfter(state: string, ids: number[], typed: number): Row {
    const row: Row = { goOn: [], end: [], back: [], within: [] };
    for (const id of ids) {
      const [, end] = this.follow(state, this.units[id].slice(typed));
      if (end === null) {
        row.goOn.push(id);
      } else if (end > 0) {
        row.within.push([id, end]);
      } else {
        (end < 0 ? row.back : row.end).push(id);
      }
    }
    return row;
  }
}
