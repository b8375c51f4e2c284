/** Text ↔ ids, as in `units.hy`, and the display of units. */

/** White space in Python's regular expressions, except the line break. */
export const BLANK =
  "\\t\\v-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const MARK = "\\p{M}\\u200c\\u200d";
const WORD = `[\\p{L}\\p{N}_][\\p{L}\\p{N}_${MARK}]*`;
const WORDS = new RegExp(
  ` ?${WORD}(?:['’-]${WORD})*| ?[^\\p{L}\\p{N}_\\n${BLANK}][${MARK}]*|\\n|[${BLANK}]+`,
  "gu",
);

/** Shown rather than obeyed: control characters and changes of text direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const ACTING = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** The units that a model knows; each subclass is a kind of unit. */
class Vocabulary {
  /** Units of length per second, at a pace that a reader can follow. */
  pace = 45;

  /**
   * @param {object} model
   * @param {string[]} model.units a unit's index is its id
   * @param {number | null} model.unknown the id of every unknown unit
   * @param {boolean} model.lower whether it knows lower case only
   */
  constructor({ units, unknown, lower }) {
    this.units = units;
    this.unknown = unknown;
    this.lower = lower;
    this.ids = new Map(units.map((each, id) => [each, id]));
  }

  /**
   * Return `text` prepared like the training text.
   * @param {string} text
   */
  prepare(text) {
    const plain = text
      .replace(/^\ufeff/, "")
      .replace(/\r\n?/g, "\n")
      .normalize("NFC");
    return this.lower ? plain.toLowerCase() : plain;
  }

  /**
   * Return the units of `text`.
   * @param {string} text @returns {string[]}
   */
  split(text) {
    return Array.from(text);
  }

  /**
   * Return the id of a unit; -1 if it is unknown and there is no unknown unit.
   * @param {string} unit
   */
  id(unit) {
    return this.ids.get(unit) ?? this.unknown ?? -1;
  }

  /**
   * Return how to begin after a seed: the ids to read first, the rest of the seed, which the next
   * unit may begin with, the opening that is written before all else, and what is strange in it.
   * @param {string} seed
   * @param {{start: number[], opening: string}} facts about an empty seed
   */
  readSeed(seed, { start, opening }) {
    const text = this.prepare(seed);
    const units = this.split(text);
    const strange = new Set(units.filter((unit) => [-1, this.unknown].includes(this.id(unit))));
    const known =
      this.unknown === null ? units.filter((unit) => !strange.has(unit)).join("") : text;
    const rest = this.unfinished(known);
    strange.delete(rest);
    const read = this.split(known.slice(0, known.length - rest.length));
    return {
      ids: [...start, ...read.map((unit) => this.id(unit))],
      rest,
      opening: known ? "" : opening,
      strange: [...strange],
    };
  }

  /**
   * Return the end of a seed, maybe empty, that the next unit may begin with.
   * @param {string} _seed
   */
  unfinished(_seed) {
    return "";
  }
}

class Characters extends Vocabulary {}

class Words extends Vocabulary {
  pace = 9;

  /** @param {string} text */
  split(text) {
    return text.match(WORDS) ?? [];
  }

  /**
   * Return the id of a word, or of the same with or without a space before it.
   * @param {string} unit
   */
  id(unit) {
    const other = unit.startsWith(" ") ? unit.slice(1) : ` ${unit}`;
    return this.ids.get(unit) ?? this.ids.get(other) ?? super.id(unit);
  }

  /**
   * A single space at the end belongs to the next word.
   * @param {string} seed
   */
  unfinished(seed) {
    return /\S $/.test(seed) ? " " : "";
  }
}

/** Parts of words, merged from characters as in `pieces.hy`. */
class Pieces extends Vocabulary {
  /** @param {import("./model.js").Facts} facts */
  constructor(facts) {
    super(facts);
    const { units, rules } = facts;
    this.words = new RegExp(rules.pattern, "gu");
    // A line break is in no pair: it is a word of its own.
    this.ranks = new Map(rules.merges.map(([a, b], rank) => [`${units[a]}\n${units[b]}`, rank]));
  }

  /** @param {string} text */
  split(text) {
    return (text.match(this.words) ?? []).flatMap((word) => this.spell(word));
  }

  /**
   * The last word may continue.
   * @param {string} seed
   */
  unfinished(seed) {
    return seed.match(this.words)?.at(-1) ?? "";
  }

  /**
   * Return the units of a word, applying the merges in order.
   * @param {string} word
   */
  spell(word) {
    const units = Array.from(word);
    for (;;) {
      let [first, place] = [Infinity, 0];
      for (let n = 0; n + 1 < units.length; n++) {
        const rank = this.ranks.get(`${units[n]}\n${units[n + 1]}`) ?? Infinity;
        [first, place] = rank < first ? [rank, n] : [first, place];
      }
      if (first === Infinity) {
        return units;
      }
      units.splice(place, 2, units[place] + units[place + 1]);
    }
  }
}

/** The kinds of units by the names that the program gives them. */
export const UNITS = { characters: Characters, pieces: Pieces, words: Words };

/**
 * Return the length of a unit's text in a `measure`: characters, or units.
 * @param {string} text @param {string} measure
 */
export function lengthOf(text, measure) {
  return measure === "characters" ? Array.from(text).length : 1;
}

/**
 * Return `text` with symbols for its control characters, as in `terminal.hy`.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(ACTING, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) {
      return String.fromCharCode(0x2400 + code);
    }
    const digits = code.toString(16);
    return code === 0x7f ? "␡" : code < 0xa0 ? `\\x${digits}` : `\\u${digits}`;
  });
}

/**
 * Return the display of a single unit, with symbols for white space.
 * @param {string} unit
 */
export function shownAlone(unit) {
  const shown = visible(unit).replace(/\n/g, "↵").replace(/\t/g, "⇥").replace(/ /g, "␣");
  return shown.replace(/\s/g, (other) => {
    const digits = other.charCodeAt(0).toString(16).toUpperCase();
    return `U+${digits.padStart(4, "0")}`;
  });
}

/**
 * Return a unit in words for screen readers.
 * @param {string} unit
 */
export function spoken(unit) {
  /** @type {Record<string, string>} */
  const names = { "\n": "line break", " ": "space", "\t": "tab" };
  return names[unit] ?? visible(unit);
}

/**
 * Return a probability as a percentage: 42%, 3.1%, below 0.1%.
 * @param {number} odds
 */
export function percent(odds) {
  const value = 100 * odds;
  if (value < 0.1) {
    return "below 0.1%";
  }
  return value > 99.9 && odds < 1 ? "99.9%" : `${value.toFixed(value < 9.95 ? 1 : 0)}%`;
}

/**
 * Return the surprise of a unit with the probability `odds`, in words: 3.1 bits.
 * @param {number} odds
 */
export function bitsOf(odds) {
  const bits = -Math.log2(odds);
  return bits > 20 ? "over 20 bits" : `${bits.toFixed(1)} bits`;
}

/**
 * Return the class of the shade of a unit that had the probability `odds`: a step for each bit of
 * surprise, as on the page of scores.
 * @param {number} odds
 */
export function shadeOf(odds) {
  if (Number.isNaN(odds)) {
    return "unknown";
  }
  const bits = Math.min(8, Math.floor(-Math.log2(odds)));
  return bits >= 1 ? `s${bits}` : "";
}
