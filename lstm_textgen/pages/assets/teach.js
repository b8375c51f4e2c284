/** The tab Teach: a text, what is learned from it, and what becomes of that. */

import { fromBase64 } from "./binary.js";
import { Comparison } from "./comparison.js";
import { LessonView } from "./lessonview.js";
import { Model } from "./model.js";
import { keepMoment } from "./moments.js";
import { block, element, field, make, say } from "./page.js";
import { phraseIn, said } from "./phrases.js";
import { modelsShown, panel, settings, useModel } from "./playground.js";
import { bitsShown } from "./surprise.js";
import { Teacher } from "./teacher.js";
import { MOST_LETTERS, TextSide } from "./teachtext.js";

/** The most workers that share a batch with the teacher. */
const MOST_HELPERS = 3;

/** What the tab shows: a text, a run of learning, or what came of it. */
const PARTS = { text: ["text-side"], learning: ["lesson", "surprise"], done: ["done", "surprise", "keep"] };
