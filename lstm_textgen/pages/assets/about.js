/** What a page says about its models: a sentence below its title, and the view About. */

import { fromBase64 } from "./binary.js";
import { draw } from "./charts.js";
import { CONSTANTS, element, make } from "./page.js";
import { inDigits, phraseIn, said } from "./phrases.js";
import { shapesOf, weightsIn } from "./shapes.js";

/**
 * @typedef {import("./model.js").Facts} Facts
 * @typedef {import("./keep.js").Epoch} Epoch
 */

/** One digit after the point, also of a whole number: “1.0 equally likely ones”. */
export const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** The name of a model's file that says nothing of the model. */
const USUAL = "model";

/**
 * Show what the models are: their names, what they read, what they do.
 * @param {Facts[]} models
 */
export function introduce(models) {
  const title = models.map(titleOf).join(" & ");
  element("name").textContent = title;
  document.title = said("page.title", { name: title });
  const [facts] = models;
  const does = facts.end ? ["what.items"] : [`what.${facts.unit}`, "what.begin"];
  element("what").textContent =
    models.length > 1
      ? said("what.two")
      : [whatItRead(facts), whatItKnew(facts), ...does.map((key) => said(key))]
          .filter(Boolean)
          .join(" ");
}

/**
 * Return what to call a model.
 * @param {Facts} facts
 */
export function titleOf({ name, record }) {
  return name === USUAL ? (record.facts.title ?? name) : name;
}

/**
 * Return a sentence on the text of a model; "" if it was never trained.
 * @param {Facts} facts
 */
function whatItRead({ end, known, record }) {
  const { title, people } = record.facts;
  const epoch = record.history.at(-1);
  if (!epoch) {
    return "";
  }
  const count = fromBase64(known).length / CONSTANTS.fingerprint;
  if (end && count) {
    return said("what.list", { count });
  }
  const size = sizeSaid(Number.parseInt(epoch.text, 10) * (epoch.unit_length ?? 1));
  if (people) {
    return said("what.chat", { size, text: people.slice(0, 3).join(", ") });
  }
  return title ? said("what.text", { size, text: title }) : said("what.some", { size });
}

/**
 * Return a sentence on the base that a model began with; "" if it had none, or was never trained.
 * See `Base` in facts.hy for its record.
 * @param {Facts} facts
 */
function whatItKnew({ record }) {
  const [, base] = record.facts.base?.match(/^(.*):(?!unused$)[^:]*$/) ?? [];
  return record.history.length && base ? said("what.base", { base }) : "";
}

/**
 * Return in words how long a text is.
 * @param {number} count of its characters
 */
function sizeSaid(count) {
  if (count < 1000) {
    return said("count.characters", { count: Math.round(count) });
  }
  const [unit, size] = count < 1e6 ? ["kilobyte", count / 1e3] : ["megabyte", count / 1e6];
  return inDigits(size, { maximumSignificantDigits: 2, style: "unit", unit });
}

/**
 * Fill the view.
 * @param {Facts[]} models
 */
export function describe(models) {
  element("about-models").replaceChildren(...models.map(sectionOn));
  const made = models.map((facts) => facts.made).sort()[0];
  const date = new Date(made).toLocaleDateString(document.documentElement.lang, {
    dateStyle: "long",
    timeZone: "UTC",
  });
  element("made").textContent = said("about.made", { date });
}

/** @param {Facts} facts */
function sectionOn(facts) {
  const { names, record } = facts;
  const curves = curvesOf(record.history);
  const count = names ? names.split(" ").length : 0;
  const section = make(
    "section",
    "",
    make("h2", "", titleOf(facts)),
    make("p", "", summaryOf(facts)),
  );
  if (count) {
    section.append(phraseIn(make("p", ""), "about.names", { count }));
  }
  if (record.history.length > 1) {
    const plot = Object.assign(make("div", "plot"), { role: "img", ariaLabel: summaryOf(facts) });
    const title = phraseIn(make("figcaption", "small"), "about.curve");
    section.append(make("figure", "chart", title, plot));
    draw(plot, { x: said("about.pass"), last: said("about.last"), series: curves });
  }
  if (record.history.length) {
    section.append(folded("about.figures", figuresOf(record.history)));
  }
  section.append(folded("about.parts", partsOfModel(facts)));
  return section;
}

/** @param {Facts} facts */
function summaryOf(facts) {
  const { history } = facts.record;
  const kept = learnedHow(history);
  if (!kept) {
    return said("about.untrained");
  }
  const hidden = lossOf(kept, "validation_");
  const bits = hidden ?? lossOf(kept, "") ?? 0;
  const values = {
    bits: inDigits(bits, { maximumFractionDigits: 2 }),
    n: inDigits(2 ** bits, TENTHS),
  };
  return [
    whatItRead(facts),
    said("about.passes", { count: history.filter(({ text }) => text === kept.text).length }),
    said(hidden === null ? "about.loss-read" : "about.loss-hidden", values),
  ].join(" ");
}

/**
 * Return the epoch whose weights the model has, as `kept-entry` in history.hy does.
 * @param {Epoch[]} history
 */
function learnedHow(history) {
  const own = history.filter(({ text }) => text === history.at(-1)?.text);
  const validated = own.filter((each) => each.validation_loss !== undefined);
  const [best] = [...validated].sort(
    (a, b) => Number(a.validation_loss) - Number(b.validation_loss),
  );
  return validated.filter((each) => each.kept).at(-1) ?? best ?? own.at(-1);
}

/**
 * Return the bits per character of an epoch; null if they weren't measured.
 * @param {Epoch} epoch @param {"" | "validation_"} kind
 */
function lossOf(epoch, kind) {
  const nats = epoch[`${kind}loss`];
  return nats === undefined ? null : nats / (epoch[`${kind}unit_length`] ?? 1) / Math.LN2;
}

/** @param {Epoch[]} history */
function curvesOf(history) {
  return /** @type {const} */ (["", "validation_"])
    .map((kind, color) => ({
      label: said(kind ? "about.hidden" : "about.seen"),
      color,
      xs: history.map((_, n) => n + 1),
      ys: history.map((epoch) => lossOf(epoch, kind)),
    }))
    .filter(({ ys }) => ys.some((loss) => loss !== null));
}

/**
 * Return the rows of a table.
 * @param {Epoch[]} history
 */
function figuresOf(history) {
  const heads = ["about.pass", "about.seen", "about.hidden", "about.rate", "about.seconds"];
  /** @param {number | null} number */
  const bits = (number) =>
    number === null
      ? "–"
      : inDigits(number, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return [
    heads.map((key) => said(key)),
    ...history.map((epoch, n) => [
      String(n + 1),
      bits(lossOf(epoch, "")),
      bits(lossOf(epoch, "validation_")),
      inDigits(epoch.learning_rate, { maximumSignificantDigits: 3 }),
      inDigits(epoch.seconds, { maximumFractionDigits: 1 }),
    ]),
  ];
}

/** @param {Facts} facts */
function partsOfModel({ unit, units, layers, embedding, record }) {
  const { settings, facts } = record;
  const count = units.length;
  return [
    ["about.vocabulary", said(`count.${unit}`, { count })],
    ["about.network", [embedding, ...layers.map(([kind, size]) => `${kind} ${size}`)].join(" → ")],
    ["about.weights", inDigits(weightsIn(shapesOf({ units, embedding, layers })))],
    ["about.base", facts.base?.replace(/:[^:]*$/, "") ?? ""],
    ["about.lookback", said(`count.${unit}`, { count: settings.lookback })],
    ["about.batch", settings.batch_size ? inDigits(settings.batch_size) : ""],
  ]
    .filter(([_, value]) => value)
    .map(([key, value]) => [said(key), value]);
}

/**
 * Return a table that a click unfolds; a row of more than two cells is the head of the rest.
 * @param {string} key of its title @param {string[][]} rows
 */
function folded(key, rows) {
  const made = rows.map((row, n) => {
    const head = n === 0 && row.length > 2;
    const cells = row.map((value, k) =>
      Object.assign(document.createElement(head || k === 0 ? "th" : "td"), { textContent: value }),
    );
    return make("tr", "", ...cells);
  });
  const table = make("div", "scroll", make("table", "", make("tbody", "", ...made)));
  Object.assign(table, { tabIndex: 0, role: "group", ariaLabel: said("about.table") });
  return make("details", "", phraseIn(make("summary", ""), key), table);
}
