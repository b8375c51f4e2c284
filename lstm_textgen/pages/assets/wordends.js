/** Where a word ends, for those who choose words: as in `wordends.hy`, which explains it. */

/**
 * @typedef {object} Row what units do to a word in one state
 * @property {number[]} goOn ids of those that belong to it
 * @property {number[]} end ids of those before which it is whole
 * @property {number[]} back ids of those before which all but its last character is
 * @property {[number, number][]} within ids, and how much of each unit belongs to it
 *
 * @typedef {object} Constants
 * @property {string[]} classes of characters: a pattern for each; a sign is what is left
 * @property {Record<string, string>} table @property {string} joiners
 * @property {number} longest word, in characters
 */

/** The rules, for the units of one model. */
export class WordEnds {
  /** @param {string[]} units @param {Constants} constants */
  constructor(units, { classes, table, longest }) {
    this.units = units;
    this.table = table;
    this.longest = longest;
    this.patterns = classes.map((pattern) => new RegExp(pattern, "u"));
    /** @type {Map<string, Row>} of all units, by states */
    this.rows = new Map();
    /** @type {Map<string, number[]>} units that begin in a script without spaces, and with which */
    this.firsts = new Map();
    units.forEach((unit, id) => {
      const [first] = unit;
      if (this.classOf(first) === 2) {
        this.firsts.set(first, [...(this.firsts.get(first) ?? []), id]);
      }
    });
  }

  /** @param {string} character */
  classOf(character) {
    return this.patterns.findIndex((pattern) => pattern.test(character));
  }

  /**
   * Return the state after `text` in a word's `state`, and where the word ended, or null.
   * @param {string} state @param {string} text @returns {[string, number | null]}
   */
  follow(state, text) {
    let [now, place] = [state, 0];
    for (const character of text) {
      const next = this.table[now][this.classOf(character)];
      if (next === "." || next === "-") {
        return [now, next === "." ? place : place - 1];
      }
      now = next;
      place += character.length;
    }
    return [now, null];
  }

  /**
   * Return in which state of a word `text` ends, and what it has of that word.
   * @param {string} text @returns {[string, string]}
   */
  typedAtEnd(text) {
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

  /**
   * Return whether `word` continues what was typed, in a state of `typedAtEnd` or of an item.
   * @param {string} state @param {string} word
   */
  completes(state, word) {
    const [first] = word;
    const own = this.classOf(first);
    const inWord = own === 1 || own === 3 || own === 5;
    return (
      "IX".includes(state) ||
      ("TU".includes(state) && inWord && this.follow(state, word)[0] === "L")
    );
  }

  /**
   * Return what all units do to a word in this `state`.
   * @param {string} state
   */
  row(state) {
    const row = this.rows.get(state) ?? this.rowAfter(state, [...this.units.keys()], 0);
    this.rows.set(state, row);
    return row;
  }

  /**
   * Return what the units `ids` do, of which the first `typed` characters have come already.
   * @param {string} state @param {number[]} ids @param {number} typed @returns {Row}
   */
  rowAfter(state, ids, typed) {
    /** @type {Row} */
    const row = { goOn: [], end: [], back: [], within: [] };
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
