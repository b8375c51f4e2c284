/** The tab Teach: a text, a machine that learns from it, and what becomes of that. */

import { Model } from "../../models/model.ts";
import { session } from "../../models/session.ts";
import type { News, Reports } from "../../teaching/start.ts";
import { readText } from "../../text/intake.ts";
import type { Facts } from "../../types.ts";
import { CONSTANTS, element, field, make } from "../../ui/document.ts";
import { inTenths, phraseIn, said } from "../../ui/phrases.ts";
import { settings } from "../write/controls.ts";
import { panel } from "../write/write.ts";
import { Comparison, keepMoment, type Moment } from "./comparison.ts";
import { LearningView } from "./learning-view.ts";
import { Saving } from "./saving.ts";
import { MOST_LETTERS, TextSide } from "./teach-text.ts";
import { canLearn, Teacher } from "./teacher.ts";

/** The sections that the tab shows: of a text, of a run of learning, of what came of it. */
const SECTIONS = {
  text: ["text-side"],
  learning: ["lesson", "surprise", "memory"],
  done: ["done", "surprise", "keep", "memory"],
};

/** Words of the glossary. */
const TERMS = ["machine", "teach", "surprise", "hidden", "heart"];

/** Of learning. */
export interface Run {
  teacher: Teacher;
  text: string;
  parent: Model | null; // the model that is taught; null: a new one
  n: number; // of the model on the page that is replaced
  began: number;
  moments: Moment[];
  before: number; // its surprise at first, in bits per character
  bits: number; // the least so far
}

const source = new TextSide(() => session.models, barred);
const view = new LearningView(settings);
const comparison = new Comparison(panel, settings);
const saving = new Saving(source, take);

let run: Run | null = null;

/** Return the key of why a model can't be taught, or "" if it can. */
function barred({ facts }: Model) {
  return facts.unknown === null ? "" : "teach.barred.words";
}

function show(part: keyof typeof SECTIONS) {
  for (const name of new Set(Object.values(SECTIONS).flat())) {
    element(`teach-${name}`).hidden = !SECTIONS[part].includes(name);
  }
}

// * Learning

function startTeaching() {
  const { model: parent, items, chosen } = source;
  const text = source.text.slice(0, MOST_LETTERS);
  const task = {
    text,
    items,
    facts: parent?.facts ?? null,
    weights: parent?.weights ?? null,
    name: source.origin || said("teach.unnamed"),
    goesOn: Boolean(parent?.learned),
    large: chosen >= 0,
  };
  comparison.clear();
  view.begin();
  show("learning");
  element("teach-stop").focus();
  run = {
    teacher: new Teacher(task, hear),
    text,
    parent,
    n: Math.max(0, chosen),
    began: performance.now(),
    moments: [],
    before: Number.NaN,
    bits: Number.NaN,
  };
  if (parent) {
    addMoment(run, parent.facts, parent.weights);
    view.write(run.moments[0]);
  }
}

function hear(news: News) {
  if (!run) return;
  view.hear();
  if (news.event === "plan") {
    const { tuned } = news.plan;
    element("teach-foreign").hidden = tuned || source.chosen < 0;
    if (!tuned) {
      Object.assign(run, { parent: null, moments: [] });
    }
  } else if (news.event === "progress") {
    view.progress(news);
  } else if (news.event === "epoch") {
    run.before = news.epoch === 0 ? Number(news.validation) : run.before;
    run.bits = news.best ? Number(news.validation) : run.bits;
    view.epoch(news);
  } else if (news.event === "state") {
    view.write(addMoment(run, news.facts, news.weights));
    saving.remember({ ...run, facts: news.facts, weights: news.weights });
  } else if (news.event === "done") {
    finish(run, news);
  } else if (news.event === "failed") {
    fail(run, news.message);
  }
}

/** @param weights packed */
function addMoment(run: Run, facts: Facts, weights: Uint8Array) {
  const moment = { seconds: (performance.now() - run.began) / 1000, facts, weights };
  const kept = keepMoment(run.moments, moment);
  const used = kept.map((each) => each.weights);
  for (const { weights } of run.moments) {
    if (!used.includes(weights)) {
      run.teacher.reuse(weights);
    }
  }
  run.moments = kept;
  return moment;
}

/**
 * The run broke off: keep what there is.
 * @param message a key
 */
function fail(broken: Run, message: string) {
  const { moments, parent } = broken;
  const last = moments[moments.length - 1];
  if (last && moments.length > (parent ? 2 : 1)) {
    finish(broken, { ...last, why: "died" });
  } else {
    end(broken);
    source.complain(said(message));
    show("text");
  }
}

function end(ended: Run) {
  run = null;
  ended.teacher.end();
  view.end();
}

/** Let the page write with what was learned. */
function finish(
  done: Run,
  { facts, weights, why }: Pick<Reports["done"], "facts" | "weights" | "why">,
) {
  end(done);
  addMoment(done, facts, weights);
  const { moments, n, before, bits, text } = done;
  const [first] = moments;
  const earlier = session.models[n];
  take(n, facts, weights, text);
  const models = [first, { facts, weights }].map((each) => new Model(each.facts, each.weights));
  models[1].know(readText(text, facts, CONSTANTS).plain);
  comparison.show(models[0], models[1], moments);
  phraseIn(element("teach-why"), `teach.done.${why.replace(" ", "-")}`);
  const shown = { before: inTenths(before), after: inTenths(bits) };
  const better = bits < before && shown.after !== shown.before;
  const key = better ? "better" : why === "stopped" ? "nothing" : "no-better";
  phraseIn(element("teach-better"), `teach.result.${key}`, shown);
  element("teach-better").hidden = Number.isNaN(before + bits);
  show("done");
  element("teach-why").focus();
  saving.show({ n, facts, weights, text, earlier });
}

/**
 * Let the page's `n`th model be another one.
 * @param weights packed
 * @param text that it learned, if that is there
 */
function take(n: number, facts: Facts, weights: Uint8Array, text: string) {
  const old = session.models[n];
  const model = new Model(facts, weights);
  if (text) {
    model.know(readText(text, facts, CONSTANTS).plain);
  }
  session.put(n, model);
  old?.end();
  source.startFrom(n);
}

// * All together

const able = canLearn();
const reason = able ? session.models.map(barred).find(Boolean) : "teach.barred.simd";
element("teach-barred").hidden = !reason;
if (reason) {
  phraseIn(element("teach-barred"), reason);
}
element("teach-glossary").replaceChildren(
  ...TERMS.flatMap((term) => [
    phraseIn(make("dt", ""), `teach.term.${term}`),
    phraseIn(make("dd", ""), `teach.means.${term}`),
  ]),
);
show("text");
element("teach-text-side").hidden = !able;
source.show();
element("teach-go").addEventListener("click", startTeaching);
element("teach-stop").addEventListener("click", () => {
  phraseIn(element("teach-left"), "teach.stopping");
  run?.teacher.stop();
});
element("teach-more").addEventListener("click", () => {
  show("text");
  field("teach-text").focus();
});
addEventListener("beforeunload", (event) => {
  if (saving.unsaved || (run && !field("teach-remember").checked)) {
    event.preventDefault();
  }
});
