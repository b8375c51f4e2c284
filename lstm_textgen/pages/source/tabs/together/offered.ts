/** What is offered on a sheet, as buttons. */

import { session } from "../../models/session.ts";
import { make } from "../../ui/document.ts";
import type { Suggestion } from "../../writing/words.ts";
import { titleOf } from "../about/about.ts";

/** Whose it is, and the text that it continues. */
export type Offer = Suggestion & { voice: number; after: string };

/**
 * A list of offers. Its elements stay, and only their texts change: where any element goes while
 * someone types, Chromium undoes what was typed letter by letter.
 */
export class Offered {
  offers: Offer[] = [];

  buttons: HTMLElement[] = [];

  /** in each button: what `partsOfOffer` returns */
  texts: Text[][] = [];

  list: HTMLElement;
  take: (offer: Offer) => void;
  numbered: boolean;

  /** @param numbered whether each has the number of its key */
  constructor(list: HTMLElement, take: (offer: Offer) => void, numbered: boolean) {
    this.list = list;
    this.take = take;
    this.numbered = numbered;
  }

  /** Show offers, with one of them chosen or none. */
  show(offers: Offer[], chosen = -1) {
    this.offers = offers;
    for (let n = this.buttons.length; n < offers.length; n++) {
      this.add(n);
    }
    this.buttons.forEach((button, n) => {
      (button.parentElement as HTMLElement).hidden = n >= offers.length;
      if (n < offers.length) {
        this.fill(n, n === chosen);
      }
    });
  }

  add(n: number) {
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

  fill(n: number, chosen: boolean) {
    const button = this.buttons[n];
    const offer = this.offers[n];
    partsOfOffer(offer).forEach((part, k) => {
      this.texts[n][k].nodeValue = part;
    });
    button.classList.toggle("second", offer.voice > 0);
    button.classList.toggle("chosen", chosen);
    button.title = session.models.length > 1 ? titleOf(session.models[offer.voice].facts) : "";
  }
}

/**
 * Return an offer as it is shown: an arrow for a line break before it, what was typed of it, the
 * rest.
 */
function partsOfOffer({ text, word }: Offer) {
  const own = text.trim();
  const begun = own && word.endsWith(own) ? word.slice(0, word.length - own.length) : "";
  const broken = own && /^\s*\n/.test(text) ? "↵ " : "";
  return [broken, begun, word.slice(begun.length).replace(/\n+/g, "↵")];
}
