/** What is offered on a sheet, as buttons. */

import { titleOf } from "./about.js";
import { make } from "./page.js";
import { modelsShown } from "./playground.js";

/**
 * @typedef {import("./words.js").Suggestion & {voice: number, after: string}} Offer whose it is, and
 *   the text that it continues
 */

/**
 * A list of offers. Its elements stay, and only their texts change: where any element goes while
 * someone types, Chromium undoes what was typed letter by letter.
 */
export class Offered {
  /** @type {Offer[]} */
  offers = [];

  /** @type {HTMLElement[]} */
  buttons = [];

  /** @type {Text[][]} in each button: what `partsOfOffer` returns */
  texts = [];

  /**
   * @param {HTMLElement} list @param {(offer: Offer) => void} take
   * @param {boolean} numbered whether each has the number of its key
   */
  constructor(list, take, numbered) {
    this.list = list;
    this.take = take;
    this.numbered = numbered;
  }

  /**
   * Show offers, with one of them chosen or none.
   * @param {Offer[]} offers @param {number} [chosen]
   */
  show(offers, chosen = -1) {
    this.offers = offers;
    for (let n = this.buttons.length; n < offers.length; n++) {
      this.add(n);
    }
    this.buttons.forEach((button, n) => {
      /** @type {HTMLElement} */ (button.parentElement).hidden = n >= offers.length;
      if (n < offers.length) {
        this.fill(n, n === chosen);
      }
    });
  }

  /** @param {number} n */
  add(n) {
    const button = Object.assign(make("button", ""), { type: "button", dir: "auto" });
    const texts = ["", "", ""].map((text) => document.createTextNode(text));
    if (this.numbered) {
      button.append(make("kbd", "", String(n + 1)), " ");
    }
    button.append(make("span", "", texts[0], make("span", "begun", texts[1]), texts[2]));
    button.addEventListener("click", () => this.take(this.offers[n]));
    this.list.append(make("li", "", button));
    this.buttons.push(button);
    this.texts.push(texts);
  }

  /** @param {number} n @param {boolean} chosen */
  fill(n, chosen) {
    const button = this.buttons[n];
    const offer = this.offers[n];
    partsOfOffer(offer).forEach((part, k) => {
      this.texts[n][k].nodeValue = part;
    });
    button.classList.toggle("second", offer.voice > 0);
    button.classList.toggle("chosen", chosen);
    button.title = modelsShown().length > 1 ? titleOf(modelsShown()[offer.voice].facts) : "";
  }
}

/**
 * Return an offer as it is shown: an arrow for a line break before it, what was typed of it, the rest.
 * @param {Offer} offer
 */
function partsOfOffer({ text, word }) {
  const own = text.trim();
  const begun = own && word.endsWith(own) ? word.slice(0, word.length - own.length) : "";
  const broken = own && /^\s*\n/.test(text) ? "↵ " : "";
  return [broken, begun, word.slice(begun.length).replace(/\n+/g, "↵")];
}
