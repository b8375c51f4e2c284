/**
 * What a page says, in four languages: `phrases.json` has all of it. An element keeps the key of
 * its phrase, so that it changes with the language.
 */

import { dataOf, element, field, fromAddress, toAddress } from "./document.ts";

/** Of which a `count` chooses. */
export type Wording = string | { one: string; other: string };

/** Of a phrase's placeholders. */
export type Values = Record<string, string | number | Node>;

const PHRASES: Record<string, Record<string, Wording>> = dataOf("phrases");

/** The languages, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" };

/** Where elements have the keys of phrases, and the attributes that these become. */
const SPOKEN = { say: "", sayLabel: "aria-label", sayPlaceholder: "placeholder" };

/** The page's language: that of the address or, of the browser's, the first that it has. */
let language =
  [fromAddress("language"), ...navigator.languages]
    .map((each) => String(each).slice(0, 2))
    .find((each) => each in LANGUAGES && each in Object.values(PHRASES)[0]) ?? "en";

/** Return the page's language. */
export function spokenLanguage() {
  return language;
}

/** Let the page's menu offer its languages. */
export function offerLanguages() {
  const options = Object.entries(LANGUAGES).map(([code, name]) => new Option(name, code));
  element("language").append(...options);
  field("language").value = language;
  element("language").addEventListener("change", () => chooseLanguage(field("language").value));
}

/**
 * Let the page speak another language, also after a reload. Whatever isn't said by `phraseIn` or
 * `data-say` listens to the window's event `languagechange`.
 */
export function chooseLanguage(chosen: string) {
  language = chosen;
  toAddress("language", language);
  speak(document);
  dispatchEvent(new Event("languagechange"));
}

/** Return a number as the language writes it. */
export function inDigits(number: number, options?: Intl.NumberFormatOptions) {
  return number.toLocaleString(language, options);
}

/** Return a number with one digit after its point, also a whole one: “1.0 equally likely ones”. */
export function inTenths(number: number) {
  return inDigits(number, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/**
 * Return the parts of a phrase: text, and those of its `values` that are nodes.
 * @param values numbers are written as the language does
 * @param tongue another language than the page's
 */
export function partsOf(key: string, values: Values = {}, tongue = language) {
  const wording = PHRASES[key][tongue];
  const text =
    typeof wording === "string"
      ? wording
      : new Intl.PluralRules(language).select(Number(values.count)) === "one"
        ? wording.one
        : wording.other;
  return unbroken(text)
    .split(/\{(\w+)\}/)
    .map((part, n) => {
      const value = n % 2 ? values[part] : part;
      return typeof value === "number" ? inDigits(value) : value;
    });
}

/** Return a text whose lines don't break where French has spaces beside its signs. */
function unbroken(text: string) {
  return text.replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0");
}

/**
 * Return a phrase.
 * @param tongue another language than the page's
 */
export function said(key: string, values?: Values, tongue?: string) {
  return partsOf(key, values, tongue).join("");
}

/** Put a phrase into an element, in whatever language the page will have. */
export function phraseIn<T extends HTMLElement>(
  element: T,
  key: string,
  values: Record<string, string | number> = {},
) {
  element.dataset.say = key;
  element.dataset.values = JSON.stringify(values);
  element.textContent = said(key, values);
  return element;
}

/**
 * Put phrases into the elements below `root` that have the key of one as `data-say`,
 * `data-say-label` (for screen readers) or `data-say-placeholder`.
 */
export function speak(root: ParentNode) {
  document.documentElement.lang = language;
  const found = root.querySelectorAll("[data-say], [data-say-label], [data-say-placeholder]");
  for (const each of found as NodeListOf<HTMLElement>) {
    const values = JSON.parse(each.dataset.values ?? "{}");
    for (const [name, attribute] of Object.entries(SPOKEN)) {
      const key = each.dataset[name];
      if (key && attribute) {
        each.setAttribute(attribute, said(key, values));
      } else if (key) {
        each.textContent = said(key, values);
      }
    }
  }
}
