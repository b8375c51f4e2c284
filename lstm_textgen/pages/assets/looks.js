/** What a text looks like, judged by parts of it, as in `looks.hy` and `breaks.hy`. */

/**
 * @typedef {import("./page.js").Constants["corpus"]} Numbers of the program; `looks.hy` and
 *   `breaks.hy` explain them
 *
 * @typedef {object} Look of a text
 * @property {string[]} places parts of it, by which it is judged how well a model predicts it
 * @property {string} unbroken where its lines don't end: after letters, after commas, in sentences
 * @property {number} run the characters of the longest run of one character in parts of it
 * @property {boolean} code whether it is indented like code
 * @property {boolean} stanzas whether it looks like poems in stanzas
 * @property {"prose" | "list" | "chat" | "verse"} kind
 */

const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;

/** A text whose characters are counted as Python counts them: by code points. */
export class Passage {
  /** @param {string} text without halves of characters */
  constructor(text) {
    this.text = text;
    /** @type {number[]} the numbers of the characters that are pairs in JavaScript */
    this.pairs = [];
    for (const { index } of text.matchAll(/[\ud800-\udbff]/g)) {
      this.pairs.push(index - this.pairs.length);
    }
    this.length = text.length - this.pairs.length;
  }

  /**
   * Return the text from the character `start` to before `stop`.
   * @param {number} start @param {number} [stop]
   */
  part(start, stop = this.length) {
    return this.text.slice(this.#place(start), this.#place(stop));
  }

  /** @param {number} index of a character */
  #place(index) {
    let [low, high] = [0, this.pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = this.pairs[middle] < index ? [middle + 1, high] : [low, middle];
    }
    return index + low;
  }

  /**
   * Return up to `most` parts of `size` characters, evenly spaced.
   * @param {number[]} places
   */
  sample([most, size]) {
    const count = Math.max(1, Math.min(most, Math.floor(this.length / size)));
    const step = Math.floor(this.length / count);
    return Array.from({ length: count }, (_, n) => this.part(n * step, n * step + size));
  }
}

/**
 * Return the `Look` of a prepared text.
 * @param {Passage} text @param {Numbers} numbers
 */
export function lookOf(text, numbers) {
  const lines = sampledLines(text, numbers);
  const parts = text.sample(numbers.brokenUp);
  const full = lines.filter((line) => line.trim());
  const indented = full.filter((line) => /^(?: {2}|\t)/.test(line)).length;
  return /** @type {Look} */ ({
    places: text.sample(numbers.tried),
    unbroken: unbrokenIn(parts, numbers),
    run: Math.max(1, ...parts.map(longestRunIn)),
    code: indented > numbers.indented * full.length,
    stanzas: stanzasIn(lines, numbers),
    kind: kindOf(text, lines, numbers),
  });
}

/**
 * Return lines of parts of `text`.
 * @param {Passage} text @param {Numbers} numbers
 */
function sampledLines(text, { lookedThrough }) {
  // The first and the last line of a place may be cut.
  return text
    .sample(lookedThrough)
    .flatMap((place, n) => place.split("\n").slice(n > 0 ? 1 : 0, -1));
}

/** @param {string} part */
function longestRunIn(part) {
  let [longest, run, last] = [1, 0, ""];
  for (const character of part) {
    run = character === last ? run + 1 : 1;
    last = character;
    longest = Math.max(longest, run);
  }
  return longest;
}

/**
 * Return the kinds of breaks that `places`, parts of a text, hardly have, with spaces between.
 * @param {string[]} places @param {Numbers} numbers
 */
export function unbrokenIn(places, { oversights, breaks, commas }) {
  const most = oversights * places.reduce((sum, place) => sum + Array.from(place).length, 0);
  /** @type {Map<string | undefined, number>} */
  const found = new Map();
  for (const place of places) {
    for (const [, before, space, after] of place.matchAll(/(\S)[^\S\n]*(\n\s*)(?=(\S))/gu)) {
      const kind = kindOfBreak(before, commas);
      const within = kind && /\p{Lowercase}/u.test(after) && space.split("\n").length === 2;
      for (const each of within ? [kind, "sentences"] : [kind]) {
        found.set(each, (found.get(each) ?? 0) + 1);
      }
    }
  }
  return breaks.filter((kind) => (found.get(kind) ?? 0) <= most).join(" ");
}

/**
 * Return the kind of a break after the character `before`, if it has one.
 * @param {string} before @param {string} commas
 */
export function kindOfBreak(before, commas) {
  const comma = before && commas.includes(before) ? "commas" : undefined;
  return /\p{L}/u.test(before) ? "letters" : comma;
}

// * Kinds of texts

/**
 * Return the kind of `text`, by `lines` of its parts.
 * @param {Passage} text @param {string[]} lines @param {Numbers} numbers
 * @returns {Look["kind"]}
 */
function kindOf(text, lines, numbers) {
  const full = lines.filter((line) => line.trim()).map((line) => line.trimEnd());
  if (full.length === 0) {
    return "prose";
  }
  const found = measuresOf(full, numbers);
  const list = within(numbers.list, { ...found, full: full.length / lines.length });
  if (list && linesOf(text.text) >= numbers.fewestLines) {
    return "list";
  }
  if (full.length >= numbers.few && found.spoken >= numbers.mostlySpoken) {
    return "chat";
  }
  const lyrical =
    found.typical <= numbers.verse &&
    found.words < numbers.list.ending[0] &&
    found.sentences <= 0.5 &&
    found.code <= numbers.list.signs[1] &&
    (found.broken <= numbers.list.broken[1] || found.small <= 0.5);
  return full.length >= numbers.few && lyrical ? "verse" : "prose";
}

/**
 * Return whether a text with such `lines` looks like poems in stanzas, as `stanzas?` of looks.hy.
 * @param {string[]} lines @param {Numbers} numbers
 */
function stanzasIn(lines, numbers) {
  const [least, most] = numbers.stanzaLines;
  /** @type {number[]} */
  const sizes = [];
  lines.forEach((line, n) => {
    if (line.trim()) {
      const goesOn = n > 0 && lines[n - 1].trim();
      sizes.push(1 + (goesOn ? (sizes.pop() ?? 0) : 0));
    }
  });
  if (sizes.length < numbers.fewestStanzas) {
    return false;
  }
  const full = lines.filter((line) => line.trim()).map((line) => line.trimEnd());
  const several = sizes.filter((size) => least <= size && size <= most).length / sizes.length;
  return within(numbers.stanzas, { ...measuresOf(full, numbers), several });
}

/**
 * Return whether each of the `measures` is within its limits.
 * @param {Record<string, number[]>} limits @param {Record<string, number>} measures
 */
function within(limits, measures) {
  return Object.entries(limits).every(
    ([name, [least, most]]) => least <= measures[name] && measures[name] <= most,
  );
}

/**
 * Return the number of lines of `text`.
 * @param {string} text
 */
function linesOf(text) {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/**
 * Return what there is to know of `lines`, none of them empty: see `LIST` of looks.hy.
 * @param {string[]} lines @param {Numbers} numbers @returns {Record<string, number>}
 */
function measuresOf(lines, { shortLines }) {
  const sizes = lines.map((line) => Array.from(line).length).sort((a, b) => a - b);
  const [typical, long] = [0.5, 0.98].map((share) => sizes[Math.floor(share * lines.length)]);
  const [beginnings, endings] = [beginningOf, endingOf].map((kind) => countsOf(lines.map(kind)));
  const speakers = speakersIn(lines);
  /** @param {(line: string) => boolean} test */
  const share = (test) => lines.filter(test).length / lines.length;
  const spoken = [...speakers.values()].filter((times) => times > 1);
  const [[ending, often]] = [...endings].sort(([, a], [, b]) => b - a);
  const small = (beginnings.get("small") ?? 0) / lines.length;
  const broken =
    long <= shortLines || ending === "sentence"
      ? 0
      : share((line) => Array.from(line).length >= 0.85 * long);
  return {
    indented: share((line) => /^\s/.test(line)),
    lettered: share((line) => /\p{L}/u.test(line)),
    signs: share((line) => SIGNS.test(line.replace(ASIDE, "").trimEnd())),
    spoken: spoken.reduce((sum, times) => sum + times, 0) / lines.length,
    code: share((line) => /[{}<>=[\]|\\]/.test(line)),
    beginning: Math.max(...beginnings.values()) / lines.length,
    small,
    ending: often / lines.length,
    sentences: (endings.get("sentence") ?? 0) / lines.length,
    words: (endings.get("word") ?? 0) / lines.length,
    typical,
    longest: long / Math.max(typical, 10),
    broken,
    wrapped: Math.min(broken, small),
  };
}

const SIGNS = /[;{}<>=[\]|\\]|[(),:]$/;

/** Words in brackets after a space, as in "Frost (live)". */
const ASIDE = /(?<=\s)(?:\([^()]*\)|\[[^[\]]*[\p{L}\p{Nl}\p{No}][^[\]]*\])(?=[\s.,!?]|$)/gu;

/**
 * Return those who may speak in `lines`, and how often.
 * @param {string[]} lines
 */
export function speakersIn(lines) {
  return countsOf(
    lines.filter((line) => line.includes(": ")).map((line) => line.slice(0, line.indexOf(": "))),
  );
}

/**
 * Return how often each of `values` occurs, in the order in which they first do.
 * @template T @param {T[]} values @returns {Map<T, number>}
 */
export function countsOf(values) {
  const counts = new Map();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** @param {string} line */
function beginningOf(line) {
  const first = LETTER_OR_NUMBER.exec(line)?.[0] ?? "";
  if (/\p{N}/u.test(first)) {
    return "digit";
  }
  return /\p{Lowercase}/u.test(first) ? "small" : "letter";
}

/** @param {string} line */
function endingOf(line) {
  const last = Array.from(line.replace(/["'”’»)]+$/, "")).at(-1) ?? "";
  if (!last || ".!?…。！？".includes(last)) {
    return "sentence";
  }
  return ",;:—–-，；：、".includes(last) ? "pause" : "word";
}
