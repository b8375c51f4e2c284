/** What a page says about its models: a sentence below its title, and the tab About. */

import { networkShape, weightsIn } from "../../network/shapes.ts";
import { fromBase64 } from "../../text/binary.ts";
import type { Epoch, Facts, Training } from "../../types.ts";
import { chartOf, type Line } from "../../ui/charts.ts";
import { CONSTANTS, element, make } from "../../ui/document.ts";
import { inDigits, inTenths, phraseIn, said } from "../../ui/phrases.ts";

/** Bits per character: a smaller difference says nothing. */
const CLEAR = 0.02;

/** The share by which hidden text may surprise a model more before it knows its text by heart. */
const BY_HEART = 0.15;

/** The name of a model's file that says nothing of the model. */
const USUAL = "model";

/** Show what the models are: their names, what they read, what they do. */
export function introduce(models: Facts[]) {
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

/** Return what to call a model. */
export function titleOf({ name, record }: Facts) {
  return name === USUAL ? (record.facts.title ?? name) : name;
}

/** Return a sentence on the text of a model; "" if it was never trained. */
function whatItRead({ end, known, record }: Facts) {
  const { title, people } = record.facts;
  const epoch = record.history.at(-1);
  if (!epoch) return "";
  const count = fromBase64(known).length / CONSTANTS.fingerprint;
  if (end && count) return said("what.list", { count });
  const size = sizeSaid(Number.parseInt(epoch.text, 10) * (epoch.unit_length ?? 1));
  if (people) return said("what.chat", { size, text: people.slice(0, 3).join(", ") });
  return title ? said("what.text", { size, text: title }) : said("what.some", { size });
}

/**
 * Return a sentence on the base that a model began with; "" if it had none, or was never trained.
 * See `Base` in facts.hy for its record.
 */
function whatItKnew({ record }: Facts) {
  const [, base] = record.facts.base?.match(/^(.*):(?!unused$)[^:]*$/) ?? [];
  return record.history.length && base ? said("what.base", { base }) : "";
}

/**
 * Return in words how long a text is.
 * @param count of its characters
 */
function sizeSaid(count: number) {
  if (count < 1000) return said("count.characters", { count: Math.round(count) });
  const [unit, size] = count < 1e6 ? ["kilobyte", count / 1e3] : ["megabyte", count / 1e6];
  return inDigits(size, { maximumSignificantDigits: 2, style: "unit", unit });
}

const samples: WeakMap<Facts, HTMLElement> = new WeakMap();

/**
 * Return the place for samples by a model, the same whenever the tab is filled; hidden at first.
 */
export function placeForSamples(facts: Facts) {
  const place = samples.get(facts) ?? Object.assign(make("div", "samples"), { hidden: true });
  samples.set(facts, place);
  return place;
}

/** Fill the tab. */
export function describe(models: Facts[]) {
  element("about-both").replaceChildren(...(models.length > 1 ? compared(models) : []));
  element("about-models").replaceChildren(...models.map(sectionOn));
  const made = models.map((facts) => facts.made).sort()[0];
  const date = new Date(made).toLocaleDateString(document.documentElement.lang, {
    dateStyle: "long",
    timeZone: "UTC",
  });
  element("made").textContent = said("about.made", { date });
}

/** Return what compares several models: their losses, in a sentence and a chart. */
function compared(models: Facts[]) {
  const lines = models.map((facts, n) => {
    const points = facts.record.history.map((epoch, n) => [n + 1, bitsAfter(epoch)]);
    return lineOf(n ? "hidden" : "read", titleOf(facts), points);
  });
  const losses = models.map((facts) => {
    const kept = learnedHow(facts.record.history);
    return `${titleOf(facts)}: ${kept ? digits(bitsAfter(kept), 2) : "–"}`;
  });
  const text = said("about.both", { losses: losses.join("; ") });
  const learned = lines.filter(({ points }) => points.length > 0);
  const curve = learned.some(({ points }) => points.length > 1);
  return [make("p", "", text), ...(curve ? [chart("about.curve", learned, text)] : [])];
}

function sectionOn(facts: Facts) {
  const { names, record, training } = facts;
  const { history } = record;
  const count = names ? names.split(" ").length : 0;
  const parts = [
    make("h2", "", titleOf(facts)),
    make("p", "", summaryOf(facts)),
    ...(count ? [phraseIn(make("p", ""), "about.names", { count })] : []),
    placeForSamples(facts),
  ];
  if (history.length > 1) {
    parts.push(chart("about.curve", curvesOf(history), summaryOf(facts)));
  }
  if (training?.calibration.length) {
    parts.push(calibrated(training));
  }
  if (history.length) {
    parts.push(folded("about.figures", figuresOf(history)));
  }
  parts.push(folded("about.parts", partsOfModel(facts)));
  if (training) {
    const why = training.settings.map(([name, value, reason]) => [
      name,
      make("span", "", value, make("br", ""), make("span", "soft", reason)),
    ]);
    parts.push(folded("about.why", why, "en"));
  }
  if (training?.command) {
    // A line breaks between flags, not within them.
    const flags = training.command
      .split(/ (?=--)/)
      .flatMap((part) => [make("span", "flag", part), " "]);
    const title = phraseIn(make("p", "small soft"), "about.command");
    parts.push(title, make("code", "command", ...flags));
  }
  return make("section", "", ...parts);
}

/** Return how often a model is right when it is so sure, and how often it would be at best. */
function calibrated({ calibration }: Training) {
  const points = calibration.map(([, sure, right]) => [100 * sure, 100 * right]);
  const ideal = [0, 100].map((share) => [share, share]);
  const lines: Line[] = [
    { kind: "read", label: said("about.right"), figure: "", points },
    { kind: "ideal", label: said("about.ideal"), figure: "", points: ideal },
  ];
  return chart("about.calibration", lines, said("about.calibration"));
}

/**
 * Return the figure of a chart.
 * @param key of its title
 */
function chart(key: string, lines: Line[], about: string) {
  const title = phraseIn(make("figcaption", "small"), key);
  return make("figure", "chart", title, ...chartOf(lines, about));
}

/** Return a line of a chart, with its last number in the legend. */
function lineOf(kind: Line["kind"], label: string, points: number[][]): Line {
  const last = points.at(-1)?.[1] ?? Number.NaN;
  return { kind, label, points, figure: inDigits(last, { maximumSignificantDigits: 3 }) };
}

function summaryOf(facts: Facts) {
  const { history } = facts.record;
  const kept = learnedHow(history);
  if (!kept) return said("about.untrained");
  const bits = bitsAfter(kept);
  const values = {
    bits: inDigits(bits, { maximumFractionDigits: 2 }),
    n: inTenths(2 ** bits),
  };
  const own = history.filter(({ text }) => text === kept.text);
  return [
    whatItRead(facts),
    said("about.passes", { count: own.length }),
    said(kept.validation_loss === undefined ? "about.loss-read" : "about.loss-hidden", values),
    byHeart(own, kept),
  ].join(" ");
}

/**
 * Return in a sentence whether a model began to learn its text by heart; "" if no text was hidden.
 * @param history on that text
 */
function byHeart(history: Epoch[], kept: Epoch) {
  const [hidden, seen] = [lossOf(kept, "validation_"), lossOf(kept, "") ?? 0];
  const last = lossOf(history[history.length - 1], "validation_");
  if (hidden === null || last === null) return "";
  if (last > hidden + CLEAR) return said("about.overfit", { count: history.indexOf(kept) + 1 });
  return said(hidden > (1 + BY_HEART) * seen + CLEAR ? "about.by-heart" : "about.in-general");
}

/** Return the epoch whose weights the model has, as `kept-entry` in history.hy does. */
function learnedHow(history: Epoch[]) {
  const own = history.filter(({ text }) => text === history.at(-1)?.text);
  const validated = own.filter((each) => each.validation_loss !== undefined);
  const [best] = [...validated].sort(
    (a, b) => Number(a.validation_loss) - Number(b.validation_loss),
  );
  return validated.filter((each) => each.kept).at(-1) ?? best ?? own.at(-1);
}

/** Return the bits per character of an epoch: of the hidden part, if there was one. */
function bitsAfter(epoch: Epoch) {
  return lossOf(epoch, "validation_") ?? lossOf(epoch, "") ?? 0;
}

/** Return the bits per character of an epoch; null if they weren't measured. */
function lossOf(epoch: Epoch, kind: "" | "validation_") {
  const nats = epoch[`${kind}loss`];
  return nats === undefined ? null : nats / (epoch[`${kind}unit_length`] ?? 1) / Math.LN2;
}

function curvesOf(history: Epoch[]) {
  return (["", "validation_"] as const)
    .map((kind) => {
      const points = history.map((epoch, n) => [n + 1, lossOf(epoch, kind) ?? Number.NaN]);
      const finite = points.filter(([, bits]) => Number.isFinite(bits));
      const label = said(kind ? "about.hidden" : "about.seen");
      return lineOf(kind ? "hidden" : "read", label, finite);
    })
    .filter(({ points }) => points.length > 0);
}

/** Return the rows of a table. */
function figuresOf(history: Epoch[]) {
  const heads = ["about.pass", "about.seen", "about.hidden", "about.rate", "about.seconds"];
  const bits = (number: number | null) => (number === null ? "–" : digits(number, 3));
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

/** @param count of digits after the point */
function digits(number: number, count: number) {
  return inDigits(number, { minimumFractionDigits: count, maximumFractionDigits: count });
}

function partsOfModel({ unit, units, layers, embedding, record }: Facts) {
  const { settings, facts } = record;
  const count = units.length;
  return [
    ["about.vocabulary", said(`count.${unit}`, { count })],
    ["about.network", [embedding, ...layers.map(([kind, size]) => `${kind} ${size}`)].join(" → ")],
    ["about.weights", inDigits(weightsIn(networkShape({ units, embedding, layers })))],
    ["about.base", facts.base?.replace(/:[^:]*$/, "") ?? ""],
    ["about.lookback", said(`count.${unit}`, { count: settings.lookback })],
    ["about.batch", settings.batch_size ? inDigits(settings.batch_size) : ""],
  ]
    .filter(([_, value]) => value)
    .map(([key, value]) => [said(key), value]);
}

/**
 * Return a table that a click unfolds; a row of more than two cells is the head of the rest.
 * @param key of its title
 * @param lang of the rows, unless it is the page's
 */
function folded(key: string, rows: (string | Node)[][], lang = "") {
  const made = rows.map((row, n) => {
    const head = n === 0 && row.length > 2;
    const cells = row.map((value, k) => make(head || k === 0 ? "th" : "td", "", value));
    return make("tr", "", ...cells);
  });
  const table = make("div", "scroll", make("table", "", make("tbody", "", ...made)));
  Object.assign(table, { tabIndex: 0, role: "group", ariaLabel: said("about.table") });
  table.lang = lang || document.documentElement.lang;
  return make("details", "", phraseIn(make("summary", ""), key), table);
}
