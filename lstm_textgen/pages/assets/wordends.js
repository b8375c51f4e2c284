/** Where a word ends, for those who choose words: as in `wordends.hy`, which explains it. */

/** Classes of characters, as numbers. */
const CLASS = { mark: 1, spaceless: 2, letter: 3, joiner: 5 };

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

/**
 * Return what people see of a `word`: one line break for any, and all quotation marks straight.
 * @param {string} word
 */
export function asSeen(word) {
  const straight = word.replace(/[“”„«»]/g, '"').replace(/[‘’‚‹›]/g, "'");
  return word.includes("\n") ? "\n" : straight.trim();
}

/** The rules, for the units of one model. */
export class WordEnds {
  /** @param {string[]} units @param {Constants} constants */
  constructor(units, { classes, table, longest }) {
    this.units = units;
    this.table = table;
    this.longest = longest;
    this.patterns = classes.map((pattern) => new RegExp(pattern, "u"));
    /** Units that can't continue a word that ends with letters. */
    this.enders = [...units.keys()].filter((id) => !this.continues(units[id]));
    /** @type {Map<string, Row>} of all units, by states */
    this.rows = new Map();
    /** @type {Map<string, number[]>} units that begin in a script without spaces, and with which */
    this.firsts = new Map();
    units.forEach((unit, id) => {
      const [first] = unit;
      if (this.classOf(first) === CLASS.spaceless) {
        this.firsts.set(first, [...(this.firsts.get(first) ?? []), id]);
      }
    });
  }

  /** @param {string} character */
  classOf(character) {
    return this.patterns.findIndex((pattern) => pattern.test(character));
  }

  /**
   * Return whether `text` may continue a word that ends with letters.
   * @param {string} text
   */
  continues([first]) {
    return [CLASS.mark, CLASS.letter, CLASS.joiner].includes(this.classOf(first));
  }

  /**
   * Return the words of letters in `text`; in a script without spaces, each character is one.
   * @param {string} text
   */
  wordsOf(text) {
    /** @type {string[]} */
    const found = [];
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
    return (
      "IX".includes(state) ||
      ("TU".includes(state) && this.continues(word) && this.follow(state, word)[0] === "L")
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
