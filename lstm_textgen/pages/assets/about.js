/** The view about a model: its facts and the curve of its losses. */

import { block, element, make } from "./page.js";

/**
 * Show all models' facts.
 * @param {import("./model.js").Facts[]} models
 */
export function showAbout(models) {
  element("about-models").replaceChildren(...models.map(describe));
  const draw = () => models.forEach((model, n) => drawCurve(model, element(`curve-${n}`)));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(element("about-models"));
}

/** @param {import("./model.js").Facts} model @param {number} n */
function describe(model, n) {
  const facts = model.about.map(([name, value]) => {
    const heading = make("th", "", name);
    heading.setAttribute("scope", "row");
    return make("tr", "", heading, make("td", "", value));
  });
  const about = make("section", "", make("h2", "", model.name), make("table", "", ...facts));
  if (model.history.length) {
    about.append(make("h3", "", `Bits per ${model.lossUnit}`));
  }
  if (model.history.length > 1) {
    const curve = make("div", "curve");
    curve.id = `curve-${n}`;
    curve.setAttribute("aria-hidden", "true"); // the table below has the same figures
    const summary = make("summary", "", "The same as a table");
    about.append(curve, make("details", "", summary, losses(model)));
  } else if (model.history.length) {
    about.append(losses(model));
  }
  return about;
}

/** @param {import("./model.js").Facts} model */
function losses({ history }) {
  const head = ["Epoch", "Training", "Validation"].map((title) => {
    const cell = make("th", "", title);
    cell.setAttribute("scope", "col");
    return cell;
  });
  const rows = history.map(({ epoch, training, validation }) =>
    make(
      "tr",
      "",
      make("td", "", String(epoch)),
      make("td", "", training.toFixed(3)),
      make("td", "", validation?.toFixed(3) ?? "–"),
    ),
  );
  return make("table", "", make("tr", "", ...head), ...rows);
}

/** @param {import("./model.js").Facts} model @param {HTMLElement | null} place */
function drawCurve({ history }, place) {
  if (!place?.clientWidth) {
    return;
  }
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--soft"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${color("--sans")}`,
  };
  const points = { show: false };
  place.replaceChildren();
  new uPlot(
    {
      width: place.clientWidth,
      height: 220,
      cursor: { show: false },
      scales: { x: { time: false } },
      axes: [
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 500, 1000] },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        { label: "training", stroke: color("--soft"), width: 1.5, points },
        { label: "validation", stroke: color("--accent"), width: 2.5, points },
      ],
      legend: { live: false },
    },
    [
      history.map((each) => each.epoch),
      history.map((each) => each.training),
      history.map((each) => each.validation ?? null),
    ],
    place,
  );
}

/** Return the models' facts, written by playground.hy. */
export function readFacts() {
  return /** @type {{models: import("./model.js").Facts[]}} */ (JSON.parse(block("facts"))).models;
}
