/** The cells of a network: a text shaded by the activation of one of them. */

import { session } from "../../models/session.ts";
import type { Facts } from "../../types.ts";
import { element, field, make, makeRow, say } from "../../ui/document.ts";
import { inDigits, phraseIn, said } from "../../ui/phrases.ts";
import { spoken } from "../../ui/shown.ts";
import { TextView } from "../../ui/text-view.ts";
import { titleOf } from "../about/about.ts";

/** Units of a text that are shown: more would be slow, and a few screens are enough. */
export const MOST_SHOWN = 5000;

/** Steps of shading to either side. */
const STEPS = 4;

/** The correlations from which a cell follows its feature so well. */
const STRENGTHS = { "cells.strong": 0.8, "cells.fair": 0.65, "cells.weak": 0 };

/** Pairs of quotation marks, for the text to try: the first that a model knows are taken. */
const QUOTES = ['""', "“”", "„“", "«»", "„”"];

export type NamedCell = Facts["cells"][0];

/** The part of the page about cells. */
export class CellsView {
  textOf: (n: number) => string;
  view: TextView;
  units: string[];
  rows: Int8Array[][]; // of each unit and layer: the activations of its cells, times 127
  layer: number;
  cell: number;
  /** Color means that the cell's feature is there, so a cell that is off there changes sign. */
  sign: number | undefined;

  /** @param textOf what the page's `n`th model wrote */
  constructor(textOf: (n: number) => string) {
    this.textOf = textOf;
    this.view = new TextView(element("cells-text"), (index) => this.look(index));
    this.units = [];
    this.rows = [];
    this.layer = 0;
    this.cell = 0;
    element("cells-model").addEventListener("change", () => this.open());
    element("own").addEventListener("input", () => this.read());
    element("layer").addEventListener("change", () => this.pick(Number(field("layer").value), 0));
    element("cell").addEventListener("input", () => {
      this.pick(this.layer, Number(field("cell").value));
    });
    element("cells-try").addEventListener("click", () => this.#try());
  }

  /** Offer the models that there are. */
  arrange() {
    const names = session.models.map(({ facts }) => titleOf(facts));
    element("cells-model").replaceChildren(...names.map((name, n) => new Option(name, String(n))));
    element("cells-models").hidden = names.length < 2;
  }

  /** The place of the model that is selected. */
  get chosen() {
    return Number(field("cells-model").value || 0);
  }

  get facts() {
    return session.models[this.chosen].facts;
  }

  /** Show the cells of the model that is selected: at first one that the text shows well. */
  async open() {
    const { cells, code, layers } = this.facts;
    element("cells-text").className = code ? "text code" : "text";
    element("cells-none").hidden = cells.length > 0;
    element("layer").replaceChildren(
      ...layers.map(([_, units], n) => {
        const name = said("cells.layer-of", { layer: n + 1, units });
        return new Option(name, String(n));
      }),
    );
    element("cells-list").replaceChildren(...cells.map((each) => this.#row(each)));
    this.layer = 0;
    this.cell = 0;
    await this.read();
    const [clearest] = [...cells].sort((a, b) => this.#clarity(b) - this.#clarity(a));
    this.pick(clearest?.layer ?? 0, clearest?.cell ?? 0);
  }

  /** Return how well the text shows what a cell follows: of a cell that stays the same, nothing. */
  #clarity({ layer, cell, correlation }: NamedCell) {
    const values = this.rows.map((row) => row[layer][cell] / 127);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return Math.abs(correlation) * Math.sqrt(spread) || 0;
  }

  #row({ layer, cell, name, correlation }: NamedCell) {
    const size = Math.abs(correlation);
    const [strength] = Object.entries(STRENGTHS).find(([_, least]) => size >= least) ?? [""];
    const button = makeRow("button", "cell", featureIn(name), size, said(strength));
    button.dataset.place = `${layer}/${cell}`;
    button.addEventListener("click", () => this.pick(layer, cell));
    return make("li", "", button);
  }

  /** Put a text into the user's field that has quotation marks, as the model knows them. */
  async #try() {
    const { cells, units } = this.facts;
    const known = new Set(units.join(""));
    const [open, close] = QUOTES.find((pair) => [...pair].every((each) => known.has(each))) ?? "“”";
    let marks = 0;
    field("own").value = said("cells.sample").replace(/"/g, () => (marks++ % 2 ? close : open));
    await this.read();
    const inside = cells.find(({ name }) => name === "inside quotes");
    if (inside) {
      this.pick(inside.layer, inside.cell);
    }
  }

  /** Let the model read the user's text, or else its own. */
  async read() {
    const model = session.models[this.chosen];
    const { vocabulary, facts } = model;
    const own = field("own").value;
    const units = vocabulary
      .split(vocabulary.prepare(own || this.textOf(this.chosen)))
      .slice(0, MOST_SHOWN);
    element("cells-empty").hidden = units.length > 0;
    const ids = units.map((unit) => vocabulary.id(unit));
    const { rows } = await model.ask("cells", { ids, start: facts.start });
    Object.assign(this, { units, rows });
    this.pick(this.layer, this.cell);
  }

  pick(layer: number, cell: number) {
    const { cells, layers } = this.facts;
    const most = layers[layer][1] - 1;
    this.layer = layer;
    this.cell = Math.min(Math.max(0, Math.floor(cell) || 0), most);
    field("layer").value = String(layer);
    field("cell").max = String(most);
    if (Number(field("cell").value) !== this.cell || field("cell").value === "") {
      field("cell").value = String(this.cell);
    }
    for (const button of element("cells-list").querySelectorAll("button")) {
      button.ariaPressed = String(button.dataset.place === `${layer}/${this.cell}`);
    }
    const named = cells.find((each) => each.layer === layer && each.cell === this.cell);
    this.sign = named && named.correlation < 0 ? -1 : 1;
    if (named) {
      phraseIn(element("cells-what"), "cells.what", { feature: featureIn(named.name) });
    } else {
      phraseIn(element("cells-what"), "cells.what-any", { cell: this.cell, layer: layer + 1 });
    }
    this.view.replace(this.units.map((text, t) => ({ text, shade: shade(this.activation(t)) })));
  }

  /** @param t the number of a unit */
  activation(t: number) {
    return ((this.sign ?? 1) * this.rows[t][this.layer][this.cell]) / 127;
  }

  look(index: number) {
    const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    const value = inDigits(this.activation(index), digits);
    say(`${spoken(this.units[index])}, ${value}`);
    element("cells-value").textContent = value;
  }
}

/**
 * Return the name of a feature in the page's language.
 * @param name as cells.hy has it
 */
function featureIn(name: string) {
  return said(`feature.${name.replaceAll(" ", "-")}`);
}

/** Return the class for an activation from -1 to 1. */
function shade(value: number) {
  const step = Math.round(STEPS * value);
  return step === 0 ? "" : step > 0 ? `s${2 * step}` : `off s${-step}`;
}
