/**
 * A page saved as a page, a model read from a saved page, and what the browser remembers.
 *
 * What a page keeps of a model is its facts and its weights. The facts have a `record` of what a
 * model file has and a page doesn't need, so that the program can make a model file of a page
 * (pages/imported.hy). It is in Python's words, as `record-of` in checkpoint.hy writes it.
 *
 * Whoever makes a model on a page makes its record:
 * - `settings` are the parent's, or `CONSTANTS.settings` (the defaults) for a model from nothing,
 *   with those that were used put in: `items` ("line", "paragraph" or null), `unit`, `max_words`,
 *   `layers` in the layer language with their dropout ("lstm:128,dropout:0.2"), `lookback`,
 *   `stride`, `batch_size`, `epochs`, `patience`, `learning_rate`, `validation`, `lower`,
 *   `join_lines`, `rng_seed`, `temperature`. Only `items`, `join_lines`, `max_words`, `batch_size`,
 *   `stride` and `temperature` may be null.
 * - `facts` are the parent's with those of the new text put in: see `Facts` in settings/models.hy.
 *   `embedding` and `beginning` (the text of the first unit; of a list the last, its end) must be
 *   there; `base` is `english:page` for a model that began with `english` on a page. `seed_text` is
 *   "", `names` and `digests` (of files) are null: a page has no text, nor anything by which a
 *   guess at it could be tested, and its names stand in the facts around the record.
 * - `history` is the parent's, with an entry for each epoch added; see `Epoch`. Beside the record,
 *   `facts.made` is the day on which a model was made, as in 2026-12-01.
 */

import { fromBase64, toBase64 } from "../text/binary.ts";
import type { Facts } from "../types.ts";
import { block, dataOf, element } from "../ui/document.ts";
import { isValid } from "./validation.ts";

/** Characters of a page's file: twice as many as the largest page has. */
const MOST_CHARACTERS = 2 ** 26;

/** Models of a page. */
const MOST_MODELS = 2;

/** Characters of a model's weights by which a page is known. */
const KNOWN_BY = 9999;

/** What the browser's store is called, for all pages, and its table. */
const STORE = "lstm_textgen";
const TABLE = "pages";

/** A model as a page keeps it. */
export interface Kept {
  facts: Facts;
  weights: Uint8Array; // packed as `facts.bits` says
}

/** What the browser remembers of a page: its models, and which of them learned a text last. */
export interface State {
  models: Kept[];
  n: number;
  text: string;
}

/** How this page is put together, written by assembly.hy; `html` has holes between its parts. */
function partsOfPage() {
  return dataOf<{ html: string[]; block: string[] }>("parts");
}

// * Pages

/**
 * Return the weights of the page's `n`th model, packed; once, as their text then needs no memory.
 */
export function takeWeights(n: number) {
  const held = element(`weights-${n}`);
  const text = held.textContent ?? "";
  held.textContent = text.slice(0, KNOWN_BY);
  return fromBase64(text);
}

/**
 * Return the page with these models instead of its own. It is made of this page's parts, as they
 * came, so nothing that is on it now gets into it; the same models give the same page.
 * @param names whether it has the names in their texts
 */
export function savePage(models: Kept[], names = true) {
  const { html, block: around } = partsOfPage();
  const facts = models.map((each) =>
    names ? each.facts : { ...each.facts, names: "", lexicon: "" },
  );
  const blocks = [
    ["packed", block("packed")],
    ["facts", JSON.stringify(facts).replaceAll("<", "\\u003c")],
    ...models.map(({ weights }, n) => [`weights-${n}`, toBase64(weights)]),
  ];
  const title = facts.map(({ name }) => name).join(" & ");
  const texts = [
    title.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    block("style"),
    blocks.map(([name, text]) => [around[0], name, around[1], text, around[2]].join("")).join(""),
    block("script"),
    "",
  ];
  return new Blob([html.map((part, n) => part + texts[n]).join("")], { type: "text/html" });
}

/**
 * Return the models on the page whose HTML is `text`, which may be anything, or the key of a phrase
 * that says what is wrong. Nothing of that page is run.
 */
export function readPage(text: string): Kept[] | string {
  if (text.length > MOST_CHARACTERS) return "keep.too-large";
  const [open, middle] = partsOfPage().block;
  const blocks: Map<string, string> = new Map();
  for (const part of text.split(open).slice(1)) {
    const end = part.indexOf(middle); // what is held may have it, too
    const name = part.slice(0, end);
    if (end < 0 || blocks.has(name)) return "keep.damaged";
    blocks.set(name, part.slice(end + middle.length).split("<", 1)[0]);
  }
  if (!blocks.has("facts")) return "keep.no-page";
  try {
    const all: Facts[] = JSON.parse(blocks.get("facts") ?? "");
    const models = all.map((facts, n) => {
      return { facts, weights: fromBase64(blocks.get(`weights-${n}`) ?? "") };
    });
    const older = models.some(({ facts }) => !facts.record);
    return older ? "keep.older" : areValid(models) ? models : "keep.damaged";
  } catch {
    return "keep.damaged";
  }
}

/** @param models from elsewhere */
function areValid(models: unknown) {
  const few = Array.isArray(models) && models.length > 0 && models.length <= MOST_MODELS;
  return few && models.every(isValid);
}

// * The browser's store

/** Let the browser remember a state of this page; return the key of a phrase if it can't. */
export async function remember(state: State) {
  try {
    await inStore("readwrite", (table) => table.put(state, pageKey()));
    return null;
  } catch (error) {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    return full ? "keep.full" : "keep.no-store";
  }
}

/**
 * Return the state that the browser remembers for this page, or null. Other pages may write there,
 * so its models are checked; the rest is for the caller to check.
 */
export async function recall(): Promise<State | null> {
  try {
    const state = await inStore("readonly", (table) => table.get(pageKey()));
    return state?.models.length === 0 || areValid(state?.models) ? state : null;
  } catch {
    return null;
  }
}

/** Forget what the browser remembers for this page. */
export async function forget() {
  try {
    await inStore("readwrite", (table) => table.delete(pageKey()));
  } catch {
    // There is no store, so there is nothing to forget.
  }
}

/** Return the result of a request to the table of pages. */
function inStore<T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>) {
  return new Promise<T>((resolve, reject) => {
    const opening = indexedDB.open(STORE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const store = opening.result;
      try {
        const transaction = store.transaction(TABLE, mode);
        const request = ask(transaction.objectStore(TABLE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      } catch (error) {
        reject(error);
      } finally {
        store.close(); // once the transaction is over
      }
    };
  });
}

/** Return what tells this page from others: a hash of its parts, its facts and some weights. */
function pageKey() {
  let [a, b] = [0, 1];
  const parts = JSON.stringify(partsOfPage());
  for (const character of parts + block("facts") + block("weights-0").slice(0, KNOWN_BY)) {
    const code = character.codePointAt(0) as number;
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b + code, 0x7feb352d);
  }
  return `${a >>> 0}-${b >>> 0}`;
}
