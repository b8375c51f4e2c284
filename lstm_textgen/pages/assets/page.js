/** Helpers that all pages share: finding and making elements, announcing text. */

/**
 * @typedef {object} Constants of the program, written by assembly.hy
 * @property {number} paths @property {number} negligible @property {number} known
 * @property {number} spelled of `seeds.hy`: how a seed is continued within a word
 * @property {number} alternatives to each unit that are shown
 * @property {number} mostDraws in a row without a new item
 * @property {number} fingerprint its bytes @property {string} factor of its hash
 * @property {{spelled: number, tail: number, apostrophes: string, sharpness: number,
 *   withinNames: number, elsewhere: number, places: number, speakers: number, trace: number,
 *   recall: number, from: number}} memory of `memory.hy`
 * @property {Record<string, string | null>} patterns of what a text is first split into, by the unit
 * @property {import("./recipe.js").Learning} learning
 * @property {import("./wordends.js").Constants & {longer: number, budget: number,
 *   waysBudget: number, milliseconds: number, sure: number, exact: number, nearly: number,
 *   whole: number, least: number, leastCompleted: number, leastLonger: number,
 *   shortestPhrase: number, firstWords: number, remembersFrom: number, clauseEnds: string,
 *   fullStops: string, abbreviation: string, paths: number, unitsOfWord: number}} choosing of `wordtree.hy` and `words.hy`
 * @property {number} rarer of `names.hy`
 * @property {{longest: number, tenths: number, mostStrange: number, mostNew: number,
 *   near: number, short: number, again: number}} lexicon of `lexicon.hy`
 * @property {{usual: number, short: number, opening: number,
 *   shortItem: Record<string, number>}} rivals of `selection.hy`
 * @property {Record<string, any>} settings of a model: the defaults, in Python's words
 * @property {{heldOut: number, mostMore: number, tried: number[], lookedThrough: number[],
 *   stanzas: Record<string, number[]>, fewestStanzas: number, stanzaLines: number[], fewestMarks: number,
 *   brokenUp: number[], list: Record<string, number[]>, fewestLines: number, shortLines: number,
 *   oversights: number, breaks: string[], commas: string, few: number, fewControls: number, mostCopies: number,
 *   mostItems: number, windows: number[], brief: number, briefLookback: number,
 *   mostlySpoken: number, verse: number, mostPeople: number, mostNames: number,
 *   mostCapitals: number, longestNamed: number, shortRun: number, longer: number,
 *   embedding: {least: number, own: number, share: number, most: number}, longest: number,
 *   mostHalved: number, mostHeld: number, indented: number}} corpus of `text/` and `settings/`
 * @property {string} blank white space in a character class, except the line break
 * @property {Record<string, string>} symbols of control characters, by their codes
 */

/**
 * Return the element `id` of the page.
 * @param {string} id
 */
export function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Return the input `id` of the page.
 * @param {string} id
 */
export function field(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}

/**
 * Return the text of the element `id`, which holds data.
 * @param {string} id
 */
export function block(id) {
  return element(id).textContent ?? "";
}

/** @type {Record<string, any>} What loader.js has unpacked. */
const UNPACKED = /** @type {any} */ (globalThis).unpacked ?? {};

/**
 * Return the data that a page holds by this name, compressed or in an element.
 * @param {string} name
 */
export function dataOf(name) {
  return UNPACKED[name] ?? JSON.parse(block(name));
}

/** @type {Constants} */
export const CONSTANTS = dataOf("constants");

/** Return the name of a file, without what file names may not have. @param {string} name */
export function fileName(name) {
  return name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "-");
}

/**
 * Make an element with a class and content.
 * @param {string} tag @param {string} name @param {(Node | string)[]} content
 */
export function make(tag, name, ...content) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...content);
  return made;
}

/**
 * Make a row of a list: a unit, a bar for a `part` of 1, and its figure.
 * @param {string} tag @param {string} name of its class
 * @param {string} unit @param {number} part @param {string} figure
 */
export function makeRow(tag, name, unit, part, figure) {
  const bar = make("span", "bar");
  bar.style.setProperty("--part", `${100 * part}%`);
  const about = Object.assign(make("span", "unit", unit), { dir: "auto" });
  return make(tag, name, about, bar, make("span", "odds", figure));
}

/**
 * Make the element of a text that the arrow keys navigate.
 * @param {string} name its name for screen readers @param {boolean} [code]
 */
export function makeText(name, code) {
  return Object.assign(make("div", code ? "text code" : "text"), {
    role: "textbox",
    ariaReadOnly: "true",
    ariaMultiLine: "true",
    ariaLabel: name,
    lang: "",
    dir: "auto",
    tabIndex: 0,
  });
}

/**
 * Have screen readers announce `text` once.
 * @param {string} text
 */
export function say(text) {
  element("spoken").textContent = text;
}
