/** The tab Together: a sheet on which a person writes, and words that the models offer. */

import { session } from "../../models/session.ts";
import { copyFrom, element, field, make, saveFile, say } from "../../ui/document.ts";
import { said } from "../../ui/phrases.ts";
import { textOf } from "../write/write.ts";
import { breakLast, distinct, mixed, unrepeated, varied } from "./choice.ts";
import { type Offer, Offered, showShares, showVolumes, volumeOf } from "./offered.ts";
import { YOU } from "./owners.ts";
import { Sheet } from "./sheet.ts";
import { type Content, nameOf, Shelf } from "./sheets.ts";

const SHOWN = 9;
const PHRASES_SHOWN = 3;
const WORDS_OF_PHRASE = 8;

/** Words and phrases among which Shuffle draws. */
const DRAWN_FROM = 40;
const PHRASES_DRAWN_FROM = 9;

/** Rare words among the nine that Shuffle shows when it is at its wildest. */
const RARE = 6;

/** Milliseconds without words after which the tab says why. */
const LATE = 700;

const sheet = new Sheet(field("sheet"), element("sheet-colors"), changed);

/** Where the sheet is kept, and what was on it when it was kept last. */
const shelf = new Shelf();
let kept = "";

const EMPTY: Content = { text: "", owners: "" };

const wordList = new Offered(element("offered-words"), takeOffer, true);
const wayList = new Offered(element("offered-phrases"), takeOffer, false);

/** the words that were shown before each shuffle since the text changed */
let former: Offer[][] = [];

/** Whether phrases follow once there are words, as one was taken or phrases were asked for. */
let following = false;

/** The number of the request whose answer is awaited, and the timer until it is late. */
let request = 0;
let late = 0;

/** The most pixels that the offers have needed: the browser keeps the cursor above them. */
let tallest = 0;

/** Whether Tab leaves the sheet, as Escape was pressed. */
let leaving = false;

/** The digit that took the word before the place, which Backspace then brings; "": none. */
let digit = "";

/** How arrow keys go through offers. */
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

// * What the models offer

/**
 * Return what all models offer, mixed by their volumes; null if the sheet has changed meanwhile.
 * @param length words of a phrase
 */
async function offers(count: number, length = 1): Promise<Offer[] | null> {
  const own = ++request;
  const message = { text: sheet.before(), ended: sheet.ended, count, words: length };
  const models = session.models;
  const found = await Promise.all(models.map((model) => model.ask("suggest", message)));
  if (own !== request || !found.every(Array.isArray)) return null;
  const volumes = models.map((_, n) => (models.length > 1 ? volumeOf(n) : 1));
  return distinct(mixed(found, volumes, message.text), length > 1, sheet.rest, count);
}

/** Show the most probable words, and phrases if one was taken. */
async function offerWords() {
  element("offered-words").ariaBusy = "true";
  late ||= setTimeout(showReading, LATE);
  const found = await offers(SHOWN);
  if (found) {
    showWords(found);
    if (following) {
      offerPhrases();
    }
  }
}

/** Say that the models are reading, in the place of words that don't fit any more. */
function showReading() {
  wordList.show([]);
  element("sheet-reading").hidden = false;
}

/** Return `count` of the offers, drawn at the temperature of the slider, in order. */
function drawn(all: Offer[], count: number) {
  const temperature = Number(field("sheet-wild").value);
  const keyed = all.map((each) => {
    const noise = -Math.log(-Math.log(Math.random() || Number.MIN_VALUE));
    return { each, key: Math.log(each.probability) / temperature + noise };
  });
  keyed.sort((a, b) => b.key - a.key);
  return breakLast(keyed.slice(0, count).map(({ each }) => each));
}

function showWords(found: Offer[]) {
  clearTimeout(late);
  late = 0;
  wordList.show(found);
  element("sheet-reading").hidden = true;
  element("offered-words").ariaBusy = "false";
  element("sheet-back").hidden = former.length === 0;
}

/**
 * Return what of an offer is left to add, as someone may have typed on meanwhile; "" if it doesn't
 * fit any more.
 */
function leftOf({ after, text }: Offer) {
  const now = sheet.before();
  const whole = after + text;
  return now.startsWith(after) && whole.startsWith(now) ? whole.slice(now.length) : "";
}

function takeOffer(offer: Offer) {
  const left = leftOf(offer);
  const phrase = wayList.offers.includes(offer);
  hidePhrases();
  if (left) {
    sheet.add(left, String(offer.voice + 1));
    following = phrase;
  }
}

// * Phrases

/** Show phrases, once there are words; if some are shown, draw others. */
async function offerPhrases() {
  following = element("offered-words").ariaBusy === "true";
  if (following) return;
  const shown = wayList.offers.map(({ text }) => text);
  const found = await offers(PHRASES_DRAWN_FROM, WORDS_OF_PHRASE);
  const fresh = unrepeated(found ?? [], sheet.before()).filter(({ text }) => !shown.includes(text));
  if (fresh.length) {
    const order = shown.length ? drawn(fresh, fresh.length) : fresh;
    wayList.show(varied(order, sheet.before(), PHRASES_SHOWN));
    wayList.choose(0);
    element("offered-phrases").hidden = false;
  }
}

function hidePhrases() {
  wayList.show([]);
  element("offered-phrases").hidden = true;
}

/** Draw other words and, if phrases are shown, others of these; wild ones are rare, in part. */
async function shuffleOffers() {
  const wild = Number(field("sheet-wild").value);
  const within = /[\p{L}\p{N}]$/u.test(sheet.before()) && !sheet.ended;
  const found = await offers(DRAWN_FROM);
  const rare = found && wild > 1 && !within ? await rareOffers(Math.round(RARE * (wild - 1))) : [];
  if (!found || !rare) return;
  former.push(wordList.offers);
  showWords([...drawn(found, SHOWN - rare.length), ...rare]);
  if (wayList.offers.length || following) {
    offerPhrases();
  }
}

/** Add a rare word. */
async function surprise() {
  const found = await rareOffers(1);
  if (found?.length) {
    takeOffer(found[0]);
  } else if (found) {
    offerWords(); // if they were awaited, they aren't any more
  }
}

/** Return rare words by one of the models; null if the sheet has changed meanwhile. */
async function rareOffers(count: number): Promise<Offer[] | null> {
  const own = ++request;
  const after = sheet.before();
  const { models } = session;
  const loud = models.map((_, n) => volumeOf(n));
  const voice = Number(models.length > 1 && Math.random() * (loud[0] + loud[1]) > loud[0]);
  const found = await models[voice].ask("rare", { text: after, count });
  return own === request && found ? found.map((each) => ({ ...each, voice, after })) : null;
}

// * Keys

function onKey(event: KeyboardEvent) {
  const { key, isComposing, ctrlKey, altKey, metaKey, shiftKey } = event;
  const word = wordBy(event);
  const phrases = wayList.offers.length > 0;
  const list = phrases ? wayList : wordList;
  const { chosen, offers } = list;
  const step = phrases && /Left|Right/.test(key) ? 0 : STEPS[key];
  if (isComposing || ctrlKey || metaKey || (altKey && !word)) return;
  if (word) {
    event.preventDefault();
    takeOffer(word);
    digit = altKey ? "" : key;
  } else if (key === "Escape") {
    leaving = true;
    following = false;
    hidePhrases();
    wordList.show(wordList.offers);
  } else if (key === "Tab" && !shiftKey && !leaving) {
    event.preventDefault();
    phrases ? takeOffer(offers[chosen]) : offerPhrases();
  } else if (step && offers.length && (chosen >= 0 || (key === "ArrowDown" && !sheet.rest))) {
    event.preventDefault();
    list.choose((chosen + step + offers.length) % offers.length);
  } else if (key === "Enter" && chosen >= 0) {
    event.preventDefault();
    takeOffer(offers[chosen]);
  } else if (key === "Backspace" && digit) {
    event.preventDefault();
    sheet.replaceAdded(digit);
  }
  leaving = leaving && key !== "Tab" && (key === "Escape" || key === "Shift");
}

/**
 * Return the word that a digit takes: with Alt or, if that is wanted, alone, but not within a
 * number or an amount.
 */
function wordBy({ key, code, altKey, location }: KeyboardEvent) {
  const { value, selectionStart } = field("sheet");
  const number = /[\p{Nd}\p{Sc}][.,]?$/u.test(value.slice(0, selectionStart ?? 0));
  const alone = field("sheet-digits").checked && !location && !number;
  const typed = altKey ? code.replace("Digit", "") : alone ? key : "";
  const offer = wordList.offers[Number(typed) - 1];
  return offer && leftOf(offer) ? offer : null;
}

// * The sheet

/** The text or the place in it has changed. */
function changed() {
  following = false;
  leaving = false;
  digit = "";
  former = [];
  hidePhrases();
  wordList.chosen = -1;
  showShares(sheet.shares());
  keepSheet();
  if (!element("together").hidden) {
    offerWords();
  }
}

/** Let the browser keep the sheet, if it has changed. */
function keepSheet() {
  const content = sheet.content();
  const whole = content.text + content.owners;
  if (whole !== kept && shelf.keep(content)) {
    element("sheet-elsewhere").hidden = false;
    listSheets();
  }
  kept = whole;
}

/** Show the sheet at a `place`, or a new one. */
function openSheet(place?: string, fresh = EMPTY) {
  const { text, owners } = shelf.all().find((each) => each.place === place) ?? fresh;
  shelf.open(place);
  kept = place ? text + owners : "";
  element("sheet-elsewhere").hidden = true;
  sheet.restore(text, owners);
  listSheets();
}

/** List all sheets, if there are others than this one. */
function listSheets() {
  const all = shelf.all();
  const others = all.filter(({ place }) => place !== shelf.place);
  const names = [{ place: shelf.place, text: sheet.content().text }, ...others].map((each) => {
    const name = nameOf(each.text) || said("together.new");
    return Object.assign(make("option", "", name), { value: each.place });
  });
  element("sheet-names").replaceChildren(...names);
  element("sheet-choice").hidden = others.length === 0;
}

element("sheet").addEventListener("keydown", onKey);
element("sheet-phrases").addEventListener("click", offerPhrases);
element("sheet-shuffle").addEventListener("click", shuffleOffers);
element("sheet-back").addEventListener("click", () => showWords(former.pop() ?? []));
element("sheet-surprise").addEventListener("click", surprise);
element("sheet-whose").addEventListener("click", ({ currentTarget }) => {
  const colors = element("sheet-colors");
  colors.hidden = !colors.hidden;
  (currentTarget as HTMLElement).ariaPressed = String(!colors.hidden);
  sheet.show();
});
element("sheet-copy").addEventListener("click", async () => {
  if (await copyFrom(field("sheet"))) {
    say(said("take.copied-text"));
  }
});
element("sheet-save").addEventListener("click", () => {
  const { value } = field("sheet");
  saveFile(`${nameOf(value)}.txt`, new Blob([value], { type: "text/plain" }));
});
element("sheet-forget").addEventListener("click", () => sheet.empty());
element("sheet-new").addEventListener("click", () => {
  openSheet();
  field("sheet").focus();
});
element("to-together").addEventListener("click", () => {
  const { seed, whole } = textOf(0);
  element("tab-together").click();
  openSheet(undefined, { text: whole, owners: YOU.repeat(seed.length).padEnd(whole.length, "1") });
  field("sheet").focus();
});
element("sheet-names").addEventListener("focus", listSheets);
element("sheet-names").addEventListener("change", () => openSheet(field("sheet-names").value));
// The focus stays in the sheet, so that a keyboard on the screen does, too; a mouse brings it back.
element("together").addEventListener("mousedown", (event) => {
  if ((event.target as Element).closest("button")) {
    event.preventDefault();
  }
});
element("together").addEventListener("pointerdown", ({ target, pointerType }) => {
  leaving = false;
  if (pointerType === "mouse" && (target as Element).closest("#offers button")) {
    field("sheet").focus();
  }
});

function showVoices() {
  showVolumes(() => {
    following = wayList.offers.length > 0;
    offerWords();
  });
  showShares(sheet.shares());
}

element("together").addEventListener("shown", () => {
  showVoices();
  sheet.show();
  offerWords();
});
addEventListener("languagechange", () => {
  showVoices();
  listSheets();
});
new ResizeObserver(() => {
  const { area } = sheet;
  const { offsetHeight, offsetTop, ownerDocument: page } = element("offers");
  const more = Math.max(0, offsetHeight - tallest);
  tallest += more;
  const free = `min(${offsetHeight && tallest + 8}px, 100vh - 6rem)`;
  page.documentElement.style.scrollPaddingBottom = free;
  if (page.activeElement === area) {
    scrollBy(0, Math.min(more, Math.max(0, area.offsetTop + area.offsetHeight - offsetTop)));
  }
}).observe(element("offers"));
openSheet(shelf.all()[0]?.place ?? shelf.place);
