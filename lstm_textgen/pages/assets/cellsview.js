/** The cells of a network: a text shaded by the activation of one of them. */

import { element, field, make, makeRow, say } from "./page.js";
import { spoken } from "./shown.js";
import { TextView } from "./textview.js";

/** Units of a text that are shown: more would be slow, and a few screens are enough. */
const MOST_SHOWN = 5000;

/** Steps of shading to either side. */
const STEPS = 4;

/** The part of the page about cells. */
export class CellsView {
  /** @param {import("./column.js").Column[]} columns one for each model */
  constructor(columns) {
    this.columns = columns;
    this.view = new TextView(element("cells-text"), (index) => this.look(index));
    /** @type {string[]} */
    this.units = [];
    /** @type {Int8Array[][]} of each unit and layer: the activations of its cells, times 127 */
    this.rows = [];
    this.layer = 0;
    this.cell = 0;
    element("cells-model").addEventListener("change", () => this.open());
    element("own").addEventListener("input", () => this.read());
    element("layer").addEventListener("change", () => this.pick(Number(field("layer").value), 0));
    element("cell").addEventListener("input", () => {
      this.pick(this.layer, Number(field("cell").value));
    });
  }

  /** Offer the models that there are. */
  arrange() {
    const names = this.columns.map(({ model }) => model.facts.name);
    element("cells-model").replaceChildren(...names.map((name, n) => new Option(name, String(n))));
    element("cells-models").hidden = names.length < 2;
  }

  get column() {
    return this.columns[Number(field("cells-model").value || 0)];
  }

  /** Show the cells of the model that is selected. */
  open() {
    const { cells, code, layers } = this.column.model.facts;
    element("cells-text").className = code ? "text code" : "text";
    element("cells-list").replaceChildren(...cells.map((each) => this.#row(each)));
    element("cells-none").hidden = cells.length > 0;
    element("layer").replaceChildren(
      ...layers.map(
        ([kind, units], n) => new Option(`${n + 1}: ${units} cells (${kind})`, String(n)),
      ),
    );
    this.layer = cells[0]?.layer ?? 0;
    this.cell = cells[0]?.cell ?? 0;
    return this.read();
  }

  /** @param {import("./model.js").Facts["cells"][0]} each */
  #row({ layer, cell, name, correlation }) {
    const size = Math.abs(correlation);
    const figure = `${correlation < 0 ? "−" : ""}${size.toFixed(2)}`;
    const button = makeRow("button", "cell", name, size, figure);
    button.ariaLabel = `${name}, correlation ${correlation.toFixed(2)}`;
    button.title = `Layer ${layer + 1}, cell ${cell}`;
    button.dataset.place = `${layer}/${cell}`;
    button.addEventListener("click", () => this.pick(layer, cell));
    return make("li", "", button);
  }

  /** Let the model read the user's text, or else its own. */
  async read() {
    const { model, whole } = this.column;
    const { vocabulary, facts } = model;
    const own = field("own").value;
    const units = vocabulary.split(vocabulary.prepare(own || whole)).slice(0, MOST_SHOWN);
    element("cells-empty").hidden = units.length > 0;
    const ids = units.map((unit) => vocabulary.id(unit));
    const { rows } = await model.ask("cells", { ids, start: facts.start });
    Object.assign(this, { units, rows });
    this.pick(this.layer, this.cell);
  }

  /** @param {number} layer @param {number} cell */
  pick(layer, cell) {
    const most = this.column.model.facts.layers[layer][1] - 1;
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
    this.view.replace(this.units.map((text, t) => ({ text, shade: shade(this.activation(t)) })));
  }

  /** @param {number} t the number of a unit */
  activation(t) {
    return this.rows[t][this.layer][this.cell] / 127;
  }

  /** @param {number} index */
  look(index) {
    const value = this.activation(index).toFixed(2);
    say(`${spoken(this.units[index])}, ${value}`);
    element("cells-value").textContent = value;
  }
}

/**
 * Return the class for an activation from -1 to 1.
 * @param {number} value
 */
function shade(value) {
  const step = Math.round(STEPS * value);
  return step === 0 ? "" : step > 0 ? `s${2 * step}` : `off s${-step}`;
}
