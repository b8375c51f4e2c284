/** What is offered on a sheet, as buttons. */

import { titleOf } from "./about.js";
import { make } from "./page.js";
import { modelsShown } from "./playground.js";

/**
 * @typedef {import("./words.js").Suggestion & {voice: number, after: string}} Offer whose it is, and
 *   the text that it continues
 */

/**
 * Show offers in a list.
 * @param {HTMLElement} list @param {Offer[]} offers
 * @param {(offer: Offer) => void} take
 * @param {(button: HTMLElement, n: number) => void} dress the buttons
 */
export function showOffers(list, offers, take, dress) {
  const rows = offers.map((each, n) => {
    const whole = make("span", "", ...partsOfOffer(each));
    const button = make("button", each.voice ? "second" : "", whole);
    button.setAttribute("type", "button");
    button.dir = "auto";
    button.title = modelsShown().length > 1 ? titleOf(modelsShown()[each.voice].facts) : "";
    button.addEventListener("click", () => take(each));
    dress(button, n);
    return make("li", "", button);
  });
  list.replaceChildren(...rows);
}

/**
 * Return an offer as it is shown: whole, with what was typed of it paler, and arrows for line breaks.
 * @param {import("./words.js").Suggestion} offer
 */
export function partsOfOffer({ text, word }) {
  const own = text.trim();
  const begun = own && word.endsWith(own) ? word.slice(0, word.length - own.length) : "";
  const broken = own && /^\s*\n/.test(text) ? "↵ " : "";
  return [broken, make("span", "begun", begun), word.slice(begun.length).replace(/\n+/g, "↵")];
}
