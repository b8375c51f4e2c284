/** How units and probabilities are shown and spoken. */

import { CONSTANTS } from "./document.ts";
import { inDigits, said } from "./phrases.ts";

/** Letters of scripts that run from right to left. */
const LEFTWARD =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Return which way a text runs: as its first letter does; "auto" if it has none. */
export function directionOf(text: string) {
  const letter = /\p{L}/u.exec(text)?.[0];
  return letter ? (LEFTWARD.test(letter) ? "rtl" : "ltr") : "auto";
}

/** Return `text` with symbols for its control characters, which are shown rather than obeyed. */
export function visible(text: string) {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (one) => CONSTANTS.symbols[one.charCodeAt(0)] ?? one);
}

/** Return the display of a single unit, with symbols for white space. */
export function shownAlone(unit: string) {
  const shown = visible(unit).replace(/\n/g, "↵").replace(/\t/g, "⇥").replace(/ /g, "␣");
  return shown.replace(/\s/g, (other) => {
    const digits = other.charCodeAt(0).toString(16).toUpperCase();
    return `U+${digits.padStart(4, "0")}`;
  });
}

/** Return a unit in words for screen readers. */
export function spoken(unit: string) {
  const names: Record<string, string> = {
    "\n": "shown.line-break",
    " ": "shown.space",
    "\t": "shown.tab",
  };
  return unit in names ? said(names[unit]) : visible(unit);
}

/** Return a probability as a percentage: 42%, 3.1%, <0.1%. */
export function percent(odds: number): string {
  if (odds < 0.001) return `<${percent(0.001)}`;
  const digits = odds < 0.0995 || (odds > 0.999 && odds < 1) ? 1 : 0;
  return inDigits(odds === 1 ? 1 : Math.min(odds, 0.999), {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/**
 * Return the class of the shade of a unit that had the probability `odds`: a step for each bit of
 * surprise. Line breaks have none: where lines end is chance, and it would be the darkest.
 */
export function shadeOf(unit: string, odds: number) {
  if (Number.isNaN(odds)) return "unknown";
  if (unit === "\n") return "";
  const bits = Math.min(8, Math.floor(-Math.log2(odds)));
  return bits >= 1 ? `s${bits}` : "";
}
