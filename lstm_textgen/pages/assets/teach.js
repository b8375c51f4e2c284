/** The tab Teach: a text, a machine that learns from it, and what becomes of that. */

import { Comparison } from "./comparison.js";
import { Keeping } from "./keeping.js";
import { LessonView } from "./lessonview.js";
import { Model } from "./model.js";
import { keepMoment } from "./moments.js";
import { element, field, make } from "./page.js";
import { phraseIn, said } from "./phrases.js";
import { modelsShown, panel, settings, useModel } from "./playground.js";
import { bitsShown } from "./surprise.js";
import { canLearn, Teacher } from "./teacher.js";
import { MOST_LETTERS, TextSide } from "./teachtext.js";

/** The sections that the tab shows: of a text, of a run of learning, of what came of it. */
const SECTIONS = {
  text: ["text-side"],
  learning: ["lesson", "surprise"],
  done: ["done", "surprise", "keep"],
};

/** Words of the glossary. */
const TERMS = ["machine", "teach", "surprise", "hidden", "heart"];

/**
 * @typedef {import("./model.js").Facts} Facts
 * @typedef {import("./moments.js").Moment} Moment
 *
 * @typedef {object} Lesson a run of learning
 * @property {Teacher} teacher @property {number} n of the model on the page that is replaced
 * @property {number} began
 * @property {Facts | null} facts of the new model, once they are known
 * @property {Moment[]} moments @property {number} before its surprise at first, in bits
 * @property {number} best
 */

const text = new TextSide(modelsShown, barred);
const view = new LessonView(settings);
const comparison = new Comparison(panel, settings);
const keeping = new Keeping({ text, take });

/** @type {Lesson | null} */
let lesson = null;

/** Return the key of why a model can't be taught, or "" if it can. @param {Model} model */
function barred({ facts }) {
  if (facts.layers.some(([kind]) => kind !== "lstm")) {
    return "teach.barred.gru";
  }
  return facts.unknown === null ? "" : "teach.barred.words";
}

/** @param {keyof typeof SECTIONS} part */
function show(part) {
  for (const name of new Set(Object.values(SECTIONS).flat())) {
    element(`teach-${name}`).hidden = !SECTIONS[part].includes(name);
  }
}

// * Learning

function teach() {
  const { model, items, chosen } = text;
  const same = field("teach-same").checked;
  comparison.clear();
  view.begin();
  show("learning");
  element("teach-stop").focus();
  const task = {
    text: text.text.slice(0, MOST_LETTERS),
    items,
    facts: model?.facts ?? null,
    weights: model?.weights ?? null,
    name: text.origin || said("teach.unnamed"),
    same,
  };
  lesson = {
    teacher: new Teacher(task, hear),
    n: Math.max(0, chosen),
    began: performance.now(),
    facts: null,
    moments: [],
    before: Number.NaN,
    best: Number.POSITIVE_INFINITY,
  };
}

/** @param {import("./teacher.js").News} news */
function hear(news) {
  const current = lesson;
  if (!current) {
    return;
  }
  view.hear();
  if (news.event === "ready") {
    current.facts = news.facts;
    const weights = news.weights;
    addMoment(current, weights, news.facts.bits);
    view.write(new Model(news.facts, weights));
  } else if (news.event === "progress") {
    view.progress(/** @type {any} */ (news));
  } else if (news.event === "epoch") {
    current.before = Number.isNaN(current.before) ? news.validation : current.before;
    view.epoch(/** @type {any} */ (news));
  } else if (news.event === "state") {
    addMoment(current, news.weights, 8);
    view.lines.write(news.weights);
    keeping.remember(current);
  } else if (news.event === "done") {
    finish(current, news.facts, news.weights, news.bits, news.why);
  } else if (news.event === "failed") {
    fail(current, news.message);
  }
}

/** @param {Lesson} current @param {Uint8Array} weights @param {number} bits */
function addMoment(current, weights, bits) {
  const seconds = (performance.now() - current.began) / 1000;
  current.moments = keepMoment(current.moments, { seconds, weights, bits });
}

/** The run broke off: keep what there is. @param {Lesson} current @param {string} message a key */
function fail(current, message) {
  const { facts, moments, best } = current;
  if (facts && moments.length > 1) {
    const { weights, bits } = moments[moments.length - 1];
    finish(current, { ...facts, bits }, weights, best, "died");
  } else {
    end(current);
    text.complain(said(message));
    show("text");
  }
}

/** @param {Lesson} current */
function end(current) {
  lesson = null;
  current.teacher.end();
  view.end();
}

/**
 * Let the page write with what was learned.
 * @param {Lesson} current @param {Facts} facts @param {Uint8Array} weights packed
 * @param {number} bits @param {string} why
 */
function finish(current, facts, weights, bits, why) {
  end(current);
  addMoment(current, weights, facts.bits);
  const { moments, n, before } = current;
  const untaught = new Model({ ...facts, bits: moments[0].bits }, moments[0].weights);
  take(n, facts, weights);
  comparison.show(untaught, new Model(facts, weights), moments);
  phraseIn(element("teach-why"), `teach.done.${why.replace(" ", "-")}`);
  phraseIn(element("teach-better"), "teach.better", {
    before: bitsShown(before),
    after: bitsShown(bits),
  });
  element("teach-better").hidden = Number.isNaN(before);
  show("done");
  element("teach-why").focus();
  keeping.show(facts, weights);
}

/**
 * Let the page's `n`th model be another one.
 * @param {number} n @param {Facts} facts @param {Uint8Array} weights packed
 */
function take(n, facts, weights) {
  const old = modelsShown()[n];
  useModel(n, new Model(facts, weights));
  old?.end();
  text.chosen = n;
  text.show();
}

// * All together

const able = canLearn();
const reasons = modelsShown().map(barred).filter(Boolean);
element("teach-barred").hidden = able && !reasons.length;
if (!able || reasons.length) {
  phraseIn(element("teach-barred"), able ? reasons[0] : "teach.barred.simd");
}
element("teach-glossary").replaceChildren(
  ...TERMS.flatMap((term) => [
    phraseIn(make("dt", ""), `teach.term.${term}`),
    phraseIn(make("dd", ""), `teach.means.${term}`),
  ]),
);
show("text");
element("teach-text-side").hidden = !able;
text.show();
element("teach-go").addEventListener("click", teach);
element("teach-stop").addEventListener("click", () => {
  phraseIn(element("teach-left"), "teach.stopping");
  lesson?.teacher.stop();
});
element("teach-more").addEventListener("click", () => {
  show("text");
  field("teach-text").focus();
});
addEventListener("beforeunload", (event) => {
  if (lesson || keeping.unsaved) {
    event.preventDefault();
  }
});
