/** How units and probabilities are shown and spoken. */

import { CONSTANTS } from "./page.js";

/**
 * Return `text` with symbols for its control characters, which are shown rather than obeyed.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (one) => CONSTANTS.symbols[one.charCodeAt(0)] ?? one);
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
