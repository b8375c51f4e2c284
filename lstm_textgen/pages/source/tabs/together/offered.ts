/** What models offer on a sheet, as buttons; how loud each is, and who wrote what share. */

import { session } from "../../models/session.ts";
import { element, make, say } from "../../ui/document.ts";
import { inDigits, partsOf, said } from "../../ui/phrases.ts";
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

  /** The index of the one that Enter takes; -1: none. */
  chosen = -1;

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
    Object.assign(this, { offers, chosen });
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

  /** Choose an offer, and announce it. */
  choose(n: number) {
    this.show(this.offers, n);
    say(this.offers[n].word);
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

// * Voices

/** Return the volume of a model, from 0 to 1. */
export function volumeOf(n: number) {
  const slider = document.getElementById(`volume-${n}`) as HTMLInputElement | null;
  return Number(slider?.value ?? 1);
}

/** Show a slider for each of two models. */
export function showVolumes(moved: () => void) {
  const models = session.models;
  element("volumes").hidden = models.length < 2;
  const rows = models.map(({ facts }, n) => {
    const id = `volume-${n}`;
    const slider = Object.assign(document.createElement("input"), {
      ...{ type: "range", id, min: "0", max: "1", step: "0.05", value: String(volumeOf(n)) },
    });
    const name = make("span", n ? "voice second" : "voice", titleOf(facts));
    const label = make("label", "", ...partsOf("together.volume", { name }));
    label.setAttribute("for", id);
    const number = make("span", "soft", inPercent(volumeOf(n)));
    slider.addEventListener("input", () => {
      number.textContent = inPercent(Number(slider.value));
      moved();
    });
    return make("p", "", label, slider, number);
  });
  element("volumes").replaceChildren(...rows);
}

/**
 * Show who wrote what share, each on the color that shows it in the sheet.
 * @param counts of characters: a person's, the first model's, the second's
 */
export function showShares(counts: number[]) {
  const all = counts.reduce((a, b) => a + b);
  element("sheet-after").hidden = all === 0;
  const models = session.models;
  const names =
    models.length > 1 ? models.map(({ facts }) => titleOf(facts)) : [said("together.machine")];
  const parts = names.map((_, n) => Math.round((100 * counts[n + 1]) / (all || 1)) / 100);
  const yours = parts.reduce((left, part) => left - part, 1); // so that all add up to 1
  const texts = [
    said("together.you", { share: inPercent(yours) }),
    ...names.map((name, n) => `${name} ${inPercent(parts[n])}`),
  ];
  const place = element("sheet-shares");
  if (place.children.length !== texts.length) {
    const kinds = ["", "", "second"];
    const made = texts.map((_, n) => make(n ? "i" : "span", kinds[n], ""));
    place.replaceChildren(...made.flatMap((each) => [each, ", "]).slice(0, -1));
  }
  texts.forEach((text, n) => {
    (place.children[n].firstChild as Node).nodeValue = text; // see `Offered`
  });
}

/** @param part of 1 */
function inPercent(part: number) {
  return inDigits(part, { style: "percent" });
}
