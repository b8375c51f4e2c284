/** The last part of the tab Teach: a machine is named, saved, opened and remembered. */

import type { Model } from "../../models/model.ts";
import {
  forget,
  readPage,
  recall,
  remember,
  type State,
  savePage,
} from "../../models/page-file.ts";
import { session } from "../../models/session.ts";
import type { Facts } from "../../types.ts";
import { element, field, saveFile, say } from "../../ui/document.ts";
import { phraseIn, said } from "../../ui/phrases.ts";
import type { TextSide } from "./teach-text.ts";

/** Milliseconds between two times that a run of learning is remembered. */
const REMEMBERED_EVERY = 10_000;

/** Bytes of a file that may be a saved page. */
const LARGEST_PAGE = 2 ** 26;

export type Take = (n: number, facts: Facts, weights: Uint8Array, text: string) => void;

export interface Taught {
  n: number; // of the model on the page
  facts: Facts;
  weights: Uint8Array;
  text: string;
  earlier?: Model; // in its place
}

/** The parts of the tab by which one keeps what was taught. */
export class Saving {
  /** Whether something was taught that leaving the page would lose. */
  unsaved = false;
  taught: Taught | null = null;
  since = Number.NEGATIVE_INFINITY;

  source: TextSide;
  take: Take;
  state: State | null = null;

  /** @param take lets the page's `n`th model be another one */
  constructor(source: TextSide, take: Take) {
    this.source = source;
    this.take = take;
    element("teach-keep-both").addEventListener("change", () => this.#keepBoth());
    element("teach-name").addEventListener("change", () => this.#rename());
    element("teach-save").addEventListener("click", () => this.#save());
    element("teach-open").addEventListener("click", () => field("teach-page").click());
    field("teach-page").addEventListener("change", () => {
      this.#open(field("teach-page").files?.[0]);
      field("teach-page").value = "";
    });
    element("teach-remember").addEventListener("change", () => this.#tick());
    element("teach-forget").addEventListener("click", () => this.#forget());
    element("teach-go-on").addEventListener("click", () => this.#goOn());
    this.#recall();
  }

  /** Offer to keep what was taught and, on a page of one model, the earlier one, too. */
  show(taught: Taught) {
    const { facts } = taught;
    this.taught = taught;
    field("teach-keep-both").checked = false;
    element("teach-both-choice").hidden = session.models.length > 1;
    this.unsaved = true;
    field("teach-name").value = facts.name;
    const count = facts.names ? facts.names.split(" ").length : 0;
    element("teach-names-choice").hidden = !count;
    phraseIn(element("teach-names-said"), "teach.names", { count });
    element("teach-fingerprints").hidden = !facts.known;
    element("teach-saved").hidden = true;
    this.remember(taught, true);
  }

  /** Let the page have the earlier model, too, beside the taught one; or only this one. */
  #keepBoth() {
    const { taught } = this;
    if (taught?.earlier) {
      taught.n = 1 - taught.n;
      if (taught.n) {
        const { facts, weights, learned } = taught.earlier;
        this.take(0, facts, weights, learned);
      } else {
        session.models[1].end();
        session.put(1, null);
      }
      this.take(taught.n, taught.facts, taught.weights, taught.text);
      this.remember(taught, true);
    }
  }

  /** Give the machine the name in the field. */
  #rename() {
    const { taught } = this;
    const name = field("teach-name").value.trim();
    const model = taught && session.models[taught.n];
    if (model && name) {
      taught.facts = { ...taught.facts, name };
      model.facts = taught.facts;
      session.put(taught.n, model);
      this.source.show();
      this.unsaved = true;
      this.remember(taught, true);
    }
  }

  #save() {
    const { taught } = this;
    if (taught) {
      const { facts, weights } = taught;
      const page = savePage([{ facts, weights }], !facts.names || field("teach-names").checked);
      saveFile(`${facts.name}.html`, page);
      this.unsaved = false;
      element("teach-saved").hidden = false;
      say(said("teach.saved"));
    }
  }

  /** Take the models of a saved page. */
  async #open(file: File | undefined) {
    if (!file) return;
    const found = file.size > LARGEST_PAGE ? "keep.too-large" : readPage(await file.text());
    if (typeof found === "string") {
      this.source.complain(said(found));
    } else {
      found.forEach(({ facts, weights }, n) => this.take(n, facts, weights, ""));
      this.source.tell("teach.opened", { name: found.map(({ facts }) => facts.name).join(" & ") });
    }
  }

  // * What the browser remembers

  /**
   * Let the browser remember what was taught so far, if that is wanted.
   * @param now however shortly after the last time
   */
  async remember({ n, facts, weights, text }: Taught, now = false) {
    if (!field("teach-remember").checked) return;
    if (now || performance.now() - this.since > REMEMBERED_EVERY) {
      this.since = performance.now();
      const models = session.models.map((model) => ({
        facts: model.facts,
        weights: model.weights,
      }));
      models[n] = { facts, weights: weights.slice() }; // the run may free its own
      const trouble = await remember({ models, text, n });
      this.unsaved = Boolean(trouble);
      this.#tell(trouble ?? "teach.remembered");
    }
  }

  /** The tick was set or removed. */
  #tick() {
    if (!field("teach-remember").checked) {
      this.#forget();
    } else if (this.taught) {
      this.remember(this.taught, true);
    }
  }

  async #forget() {
    field("teach-remember").checked = false;
    element("teach-recall").hidden = true;
    await forget();
    this.unsaved = Boolean(this.taught);
    this.#tell("teach.forgotten");
  }

  /** @param key of what is said of the browser's memory */
  #tell(key: string) {
    const told = element("teach-memory-told");
    told.hidden = false;
    phraseIn(told, key);
  }

  /** Offer what the browser remembers. */
  async #recall() {
    this.state = await recall();
    if (this.state?.models.length && typeof this.state.text === "string") {
      const [{ facts }] = this.state.models;
      const name = this.state.models[this.state.n]?.facts.name ?? facts.name;
      element("teach-recall").hidden = false;
      phraseIn(element("teach-recalled"), "teach.recalled", { name });
      field("teach-remember").checked = true;
    }
  }

  /** Go on with what the browser remembers. */
  #goOn() {
    const { models, text, n } = this.state as State;
    models.forEach(({ facts, weights }, m) => {
      this.take(m, facts, weights, m === n ? text : "");
    });
    this.taught = { ...models[n], text, n };
    this.source.chosen = n;
    this.source.give(text, models[n].facts.name);
    element("teach-recall").hidden = true;
  }
}
