/** The tab Together: a sheet on which a person writes, and words that the models offer. */

import { titleOf } from "./about.js";
import { element, field, make, say } from "./page.js";
import { inDigits, said } from "./phrases.js";
import { modelsShown } from "./playground.js";
import { Sheet } from "./sheet.js";

/**
 * @typedef {import("./words.js").Suggestion & {voice: number, after: string}} Offer whose it is, and
 *   the text that it continues
 */

const SHOWN = 9;
const PHRASES_SHOWN = 3;
const WORDS_OF_PHRASE = 8;

/** Words among which Shuffle and Surprise me draw. */
const DRAWN_FROM = 40;

/** Milliseconds without words after which the tab says why. */
const LATE = 700;

const sheet = new Sheet(field("sheet"), element("sheet-colors"), changed);

/** @type {Offer[]} the words that are shown */
let words = [];

/** @type {Offer[]} the phrases that are shown, and which one is chosen */
let ways = [];
let chosen = 0;

/** The number of the request whose answer is awaited, and the timer until it is late. */
let request = 0;
let late = 0;

/** Whether Tab leaves the sheet, as Escape was pressed. */
let leaving = false;

// * What the models offer

/**
 * Return what all models offer, mixed by their volumes; null if the sheet has changed meanwhile.
 * @param {number} count @param {number} [length] words of a phrase
 * @returns {Promise<Offer[] | null>}
 */
async function offers(count, length = 1) {
  const own = ++request;
  const message = { text: sheet.before(), count, words: length };
  const models = modelsShown();
  const found = await Promise.all(models.map((model) => model.ask("suggest", message)));
  if (own !== request || !found.every(Array.isArray)) {
    return null;
  }
  const volumes = models.map((_, n) => (models.length > 1 ? volumeOf(n) : 1));
  const all = volumes.reduce((sum, each) => sum + each, 0) || 1;
  /** @type {Map<string, Offer & {most: number}>} */
  const mixed = new Map();
  found.forEach((list, voice) => {
    for (const each of /** @type {Offer[]} */ (list)) {
      const probability = (each.probability * volumes[voice]) / all;
      const other = mixed.get(each.text) ?? {
        ...each,
        ...{ after: message.text, probability: 0, voice, most: 0 },
      };
      other.voice = probability > other.most ? voice : other.voice;
      other.most = Math.max(other.most, probability);
      other.probability += probability;
      mixed.set(each.text, other);
    }
  });
  const offered = [...mixed.values()].filter(({ probability }) => probability > 0);
  return offered.sort((a, b) => b.probability - a.probability).slice(0, count);
}

/** Show the most probable words. */
async function offerWords() {
  element("offered-words").ariaBusy = "true";
  late ||= setTimeout(showReading, LATE);
  const found = await offers(SHOWN);
  if (found) {
    showWords(found);
  }
}

/** Say that the models are reading, in the place of words that don't fit any more. */
function showReading() {
  words = [];
  element("offered-words").replaceChildren(make("li", "soft", said("together.reading")));
}

/**
 * Return `count` of the offers, drawn at the temperature of the slider, in order.
 * @param {Offer[]} all @param {number} count
 */
function drawn(all, count) {
  const temperature = Number(field("sheet-wild").value);
  const keyed = all.map((each) => {
    const noise = -Math.log(-Math.log(Math.random() || Number.MIN_VALUE));
    return { each, key: Math.log(each.probability) / temperature + noise };
  });
  keyed.sort((a, b) => b.key - a.key);
  return keyed.slice(0, count).map(({ each }) => each);
}

/** @param {Offer[]} found */
function showWords(found) {
  clearTimeout(late);
  late = 0;
  words = found;
  const rows = words.map((each, n) => {
    const button = make("button", "", make("kbd", "", String(n + 1)), " ", shownWord(each.word));
    button.setAttribute("type", "button");
    button.dir = "auto";
    button.classList.toggle("second", each.voice > 0);
    button.title = modelsShown().length > 1 ? titleOf(modelsShown()[each.voice].facts) : "";
    // The focus stays in the sheet, so that a keyboard on the screen does, too.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => takeOffer(each));
    return make("li", "", button);
  });
  element("offered-words").replaceChildren(...rows);
  element("offered-words").ariaBusy = "false";
}

/**
 * Return a word as it is shown; a line break is an arrow.
 * @param {string} word
 */
function shownWord(word) {
  return word.trim() ? word : word.replace(/\n/g, "↵");
}

/**
 * Return what of an offer is left to add, as someone may have typed on meanwhile; "" if it doesn't
 * fit any more.
 * @param {Offer} offer
 */
function leftOf({ after, text }) {
  const now = sheet.before();
  const whole = after + text;
  return now.startsWith(after) && whole.startsWith(now) ? whole.slice(now.length) : "";
}

/** @param {Offer} offer */
function takeOffer(offer) {
  const left = leftOf(offer);
  hidePhrases();
  if (left) {
    sheet.add(left, String(offer.voice + 1));
  }
}

// * Phrases

async function offerPhrases() {
  const found = await offers(PHRASES_SHOWN, WORDS_OF_PHRASE);
  if (!found?.length) {
    return;
  }
  ways = found;
  chosen = 0;
  showPhrases();
}

function showPhrases() {
  const rows = ways.map((each, n) => {
    const button = make("button", n === chosen ? "chosen" : "", each.text.trim());
    button.setAttribute("type", "button");
    button.dir = "auto";
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => takeOffer(each));
    return make("li", "", button);
  });
  element("offered-phrases").replaceChildren(...rows);
  element("offered-phrases").hidden = false;
  say(ways[chosen].text.trim());
}

function hidePhrases() {
  ways = [];
  element("offered-phrases").hidden = true;
}

// * Keys

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key, isComposing, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (isComposing || ctrlKey || altKey || metaKey) {
    return;
  }
  if (key === "Escape") {
    leaving = true;
    hidePhrases();
  } else if (key === "Tab" && !shiftKey && !leaving) {
    event.preventDefault();
    ways.length ? takeOffer(ways[chosen]) : offerPhrases();
  } else if (ways.length && (key === "ArrowDown" || key === "ArrowUp")) {
    event.preventDefault();
    chosen = (chosen + (key === "ArrowDown" ? 1 : ways.length - 1)) % ways.length;
    showPhrases();
  } else if (ways.length && key === "Enter") {
    event.preventDefault();
    takeOffer(ways[chosen]);
  } else if (key === "Backspace" && sheet.digit) {
    event.preventDefault();
    sheet.giveDigit();
  } else if (choosesWord(event)) {
    event.preventDefault();
    takeOffer(words[Number(key) - 1]);
    sheet.digit = key;
  }
  leaving = leaving && key !== "Tab" && (key === "Escape" || key === "Shift");
}

/**
 * Return whether a key chooses a word: a digit does, but not after a digit or a currency sign.
 * @param {KeyboardEvent} event
 */
function choosesWord({ key, location }) {
  const { value, selectionStart } = field("sheet");
  const before = value.slice(0, selectionStart ?? 0);
  return (
    /^[1-9]$/.test(key) &&
    location !== KeyboardEvent.DOM_KEY_LOCATION_NUMPAD &&
    !field("sheet-digits").checked &&
    Number(key) <= words.length &&
    leftOf(words[Number(key) - 1]) !== "" &&
    !/[\p{Nd}\p{Sc}][.,]?$/u.test(before)
  );
}

// * The sheet

/** The text or the place in it has changed. */
function changed() {
  hidePhrases();
  showShares();
  keepSheet();
  if (!element("together").hidden) {
    offerWords();
  }
}

/** Show who wrote what share of the sheet. */
function showShares() {
  const { yours, machines } = sheet.shares();
  element("sheet-after").hidden = yours + machines === 0;
  const part = (/** @type {number} */ n) =>
    inDigits(n / (yours + machines || 1), { style: "percent" });
  element("sheet-shares").textContent = said("together.shares", {
    yours: part(yours),
    machines: part(machines),
  });
}

/** Where the browser keeps the sheet, if it does. */
const PLACE = `sheet ${document.title}`;

function keepSheet() {
  try {
    localStorage.setItem(PLACE, JSON.stringify(sheet.content()));
  } catch {
    // The browser stores nothing for this page.
  }
}

function restoreSheet() {
  try {
    const { text, owners } = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    if (typeof text === "string" && typeof owners === "string" && text.length === owners.length) {
      sheet.restore(text, owners);
    }
  } catch {
    // Nothing was stored, or not by this page.
  }
}

// * Volumes

/** @param {number} n */
function volumeOf(n) {
  const slider = /** @type {HTMLInputElement | null} */ (document.getElementById(`volume-${n}`));
  return Number(slider?.value ?? 1);
}

function showVolumes() {
  const models = modelsShown();
  element("volumes").hidden = models.length < 2;
  const rows = models.map(({ facts }, n) => {
    const slider = Object.assign(document.createElement("input"), {
      ...{ type: "range", id: `volume-${n}`, min: "0", max: "1", step: "0.05" },
      value: String(volumeOf(n)),
    });
    slider.addEventListener("input", offerWords);
    const label = make("label", "", said("together.volume", { name: titleOf(facts) }));
    label.setAttribute("for", slider.id);
    return make("p", "", label, slider);
  });
  element("volumes").replaceChildren(...rows);
}

element("sheet").addEventListener("keydown", onKey);
element("sheet-phrases").addEventListener("click", offerPhrases);
element("sheet-shuffle").addEventListener("click", async () => {
  const found = await offers(DRAWN_FROM);
  if (found) {
    showWords(drawn(found, SHOWN));
  }
});
element("sheet-surprise").addEventListener("click", async () => {
  const found = await offers(DRAWN_FROM);
  const unlikely = found?.slice(SHOWN).filter(({ word }) => /\p{L}/u.test(word)) ?? [];
  if (unlikely.length) {
    takeOffer(unlikely[Math.floor(Math.random() * unlikely.length)]);
  }
});
element("sheet-whose").addEventListener("click", ({ currentTarget }) => {
  const colors = element("sheet-colors");
  colors.hidden = !colors.hidden;
  /** @type {HTMLElement} */ (currentTarget).ariaPressed = String(!colors.hidden);
  sheet.show();
});
element("sheet-copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(field("sheet").value);
    say(said("take.copied-text"));
  } catch {
    field("sheet").select(); // the browser forbids it; now a key copies it
  }
});
element("sheet-save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([field("sheet").value], { type: "text/plain" }));
  link.download = "sheet.txt";
  link.click();
  URL.revokeObjectURL(link.href);
});
element("sheet-forget").addEventListener("click", () => {
  sheet.restore("", "");
  field("sheet").focus();
});
element("together").addEventListener("shown", () => {
  showVolumes();
  sheet.show();
  offerWords();
});
addEventListener("languagechange", () => {
  showShares();
  showVolumes();
});
restoreSheet();
showShares();
