/** A text of the user, shaded by how it surprises each model. */

import type { Model } from "../../models/model.ts";
import { session } from "../../models/session.ts";
import { wholeItems } from "../../text/items.ts";
import { lengthOf } from "../../text/units.ts";
import type { Alternatives } from "../../ui/alternatives.ts";
import { CONSTANTS, element, field, make, makeText, say } from "../../ui/document.ts";
import { inTenths, phraseIn, said } from "../../ui/phrases.ts";
import { percent, spoken } from "../../ui/shown.ts";
import { TextView } from "../../ui/text-view.ts";
import { titleOf } from "../about/about.ts";
import { MOST_SHOWN } from "../cells/cells-view.ts";
import { shaded } from "../write/column.ts";

/** Milliseconds without a key after which it reads. */
const TYPING = 200;

/** The view that reads. */
export class Reading {
  panel: Alternatives;
  runs: number;

  constructor(panel: Alternatives) {
    this.panel = panel;
    this.runs = 0;
    element("read-own").addEventListener("input", () => this.read());
  }

  /** Let all models read what there is. */
  async read() {
    const run = ++this.runs;
    await new Promise((resolve) => setTimeout(resolve, TYPING));
    if (run !== this.runs) {
      return; // more is being typed
    }
    const text = field("read-own").value;
    const sections = text
      ? await Promise.all(session.models.map((each) => this.#by(each, text)))
      : [];
    if (run === this.runs) {
      element("read-texts").replaceChildren(...sections);
      element("read-key").hidden = sections.length === 0;
    }
  }

  async #by(model: Model, text: string) {
    const { vocabulary, facts } = model;
    const plain = vocabulary.prepare(text);
    const { end } = facts;
    const parts = vocabulary.split(end ? wholeItems(plain, end, CONSTANTS.blank) : plain);
    const shown = parts.slice(0, MOST_SHOWN);
    const ids = shown.map((unit) => vocabulary.id(unit));
    const { units } = await model.ask("surprise", { ids, start: facts.start });
    const read = units.map((unit, n) => ({ ...unit, text: shown[n] }));
    const place = makeText(said("read.own"), facts.code);
    const view = new TextView(place, (index, open) => {
      const { text, odds, others } = read[index];
      say(Number.isNaN(odds) ? spoken(text) : `${spoken(text)}, ${percent(odds)}`);
      if (open) {
        this.panel.show(view.box(index), text, odds, others);
      }
    });
    view.append(shaded(read));
    const title = make("h2", "side", titleOf(facts));
    title.hidden = session.models.length === 1;
    const known = read.filter(({ odds }) => !Number.isNaN(odds));
    const bits = known.reduce((sum, { odds }) => sum - Math.log2(odds), 0);
    const length = known.reduce((sum, { text }) => sum + lengthOf(text, "characters"), 0);
    const mean = bits / Math.max(1, length);
    const result = phraseIn(make("p", "small"), "read.result", {
      bits: inTenths(mean),
      n: inTenths(2 ** mean),
    });
    const rest = phraseIn(make("p", "small soft"), "read.too-long", {
      n: said(`count.${facts.unit}`, { count: MOST_SHOWN }),
    });
    rest.hidden = parts.length <= MOST_SHOWN;
    result.hidden = known.length === 0;
    return make("section", "", title, place, result, rest);
  }
}
