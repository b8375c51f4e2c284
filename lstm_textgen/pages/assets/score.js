/** The page of scores: texts shaded by surprise. */

import { Alternatives } from "./alternatives.js";
import { fromBase64, fromHalf } from "./binary.js";
import { dataOf, element, make, makeText, say } from "./page.js";
import { speak } from "./phrases.js";
import { bitsOf, percent, shadeOf, spoken } from "./shown.js";
import { TextView } from "./textview.js";

/**
 * @typedef {object} Scored a text, written by score.hy
 * @property {string} name @property {string} summary
 * @property {string | string[]} units a text of characters, or the list of other units
 * @property {string} odds 16-bit floats in base64 (time,): the probability of each unit
 * @property {string} otherIds whole numbers (time · alternatives,): of 16 bits, if these are enough
 * @property {string} otherOdds 16-bit floats (time · alternatives,)
 */

const panel = new Alternatives(element("alternatives"));
/** @type {{vocabulary: string[], unknown: number | null, texts: Scored[]}} */
const scores = dataOf("scores");

/** @param {string} base64 */
function halves(base64) {
  return Float32Array.from(new Uint16Array(fromBase64(base64).buffer), fromHalf);
}

/** @param {Scored} scored */
function showText(scored) {
  const units = Array.from(scored.units);
  const odds = halves(scored.odds);
  const Ids = scores.vocabulary.length > 0x10000 ? Uint32Array : Uint16Array;
  const otherIds = new Ids(fromBase64(scored.otherIds).buffer);
  const otherOdds = halves(scored.otherOdds);
  const each = otherOdds.length / units.length;
  const text = makeText(scored.name);
  const heading = make("h2", "", scored.name);
  heading.dir = "auto";
  heading.lang = "";
  const summary = make("p", "small soft", scored.summary);
  summary.dir = "auto";
  element("texts").append(make("section", "", heading, text, summary));
  /** @param {number} index */
  const others = (index) =>
    Array.from({ length: each }, (_, k) => index * each + k)
      .filter((place) => otherOdds[place] > 0 && otherIds[place] !== scores.unknown)
      .map((place) => ({ text: scores.vocabulary[otherIds[place]], odds: otherOdds[place] }));
  const view = new TextView(
    text,
    (index, open) => {
      say(`${spoken(units[index])}, ${percent(odds[index])}, ${bitsOf(odds[index])}`);
      if (open) {
        panel.show(view.box(index), units[index], odds[index], others(index));
      }
    },
    true,
  );
  /** @param {string} unit @param {number} n */
  const shade = (unit, n) => (unit === "\n" ? "break" : shadeOf(unit, odds[n]));
  view.append(units.map((unit, n) => ({ text: unit, shade: shade(unit, n) })));
}

speak(document);
scores.texts.forEach(showText);
