/** Which of the words and phrases that models offer are shown. */

import { asSeen } from "../../text/word-ends.ts";
import { CONSTANTS } from "../../ui/document.ts";
import type { Suggestion } from "../../writing/words.ts";
import type { Offer } from "./offered.ts";

/** Words in a row by which a phrase repeats the sheet. */
const REPEATED = 4;

/** Characters that have the last words of a sheet. */
const NEAR = 200;

const END = /[.!?…]["'”’»)]*\s*$/u;

/**
 * Return what models offer after the text `after`, mixed by their volumes, the most probable first.
 * @param found by each model
 */
export function mixed(found: Suggestion[][], volumes: number[], after: string) {
  const all = volumes.reduce((sum, each) => sum + each, 0) || 1;
  const offers: Map<string, Offer & { most: number }> = new Map();
  found.forEach((list, voice) => {
    for (const each of list) {
      const probability = (each.probability * volumes[voice]) / all;
      const other = offers.get(each.text) ?? { ...each, after, probability: 0, voice, most: 0 };
      other.voice = probability > other.most ? voice : other.voice;
      other.most = Math.max(other.most, probability);
      other.probability += probability;
      offers.set(each.text, other);
    }
  });
  const offered = [...offers.values()].filter(({ probability }) => probability > 0);
  return offered.sort((a, b) => b.probability - a.probability);
}

/**
 * Return the first `count` of the offers that people can tell apart, none of which the `rest` of
 * the sheet begins with; a line break is the last one.
 * @param offers words or `phrases`, which differ in their first words
 */
export function distinct(offers: Offer[], phrases: boolean, rest: string, count: number) {
  const found: Map<string, Offer> = new Map();
  for (const each of offers) {
    const first = phrases && /[\p{L}\p{M}\p{N}]+/u.exec(each.word)?.[0].toLowerCase();
    const seen = first || asSeen(each.word, CONSTANTS.quotes);
    if (!found.has(seen) && !comes(each.text.trim(), rest.trimStart())) {
      found.set(seen, each);
    }
  }
  return breakLast([...found.values()].slice(0, count));
}

/**
 * Return those of the phrases that repeat no `REPEATED` words in a row of the `text`, which the
 * memory of it makes probable; all, if there are no others.
 */
export function unrepeated(phrases: Offer[], text: string) {
  const all = ` ${lowerWords(text).join(" ")} `;
  const fresh = phrases.filter(({ word }) => {
    const words = lowerWords(word);
    return !words.some((_, n) => {
      const some = words.slice(n, n + REPEATED);
      return some.length === REPEATED && all.includes(` ${some.join(" ")} `);
    });
  });
  return fresh.length ? fresh : phrases;
}

/**
 * Return the first `count` of the phrases: those that repeat two of the last words of the `text`
 * come last, and one of them goes on, rather than end the sentence.
 */
export function varied(phrases: Offer[], text: string, count: number) {
  const last = lowerWords(text.slice(-NEAR)).slice(-10);
  const echoes = ({ word }: Offer) =>
    Number(lowerWords(word).filter((each) => last.includes(each)).length > 1);
  const all = phrases.toSorted((a, b) => echoes(a) - echoes(b));
  const goesOn = all.findIndex(({ word }) => !END.test(word));
  return goesOn < count ? all.slice(0, count) : [...all.slice(0, count - 1), all[goesOn]];
}

function lowerWords(text: string) {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Return the offers, a line break as the last one. */
export function breakLast(offers: Offer[]) {
  return offers.sort((a, b) => Number(a.word.includes("\n")) - Number(b.word.includes("\n")));
}

/** Return whether a word, if it is one, comes at the beginning of `rest`. */
function comes(word: string, rest: string) {
  return word && rest.startsWith(word) && !/^[\p{L}\p{N}]/u.test(rest.slice(word.length));
}
