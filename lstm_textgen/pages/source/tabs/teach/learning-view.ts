/** The second part of the tab Teach: a machine learns, and one sees how. */

import { Model } from "../../models/model.ts";
import type { Sampling } from "../../models/writing.ts";
import type { Reports } from "../../teaching/start.ts";
import { element, say } from "../../ui/document.ts";
import { phraseIn, said } from "../../ui/phrases.ts";
import type { Moment } from "./comparison.ts";
import { NowWriting } from "./now-writing.ts";
import { SurpriseChart } from "./surprise.ts";

/** Seconds without news while the page was hidden, after which it says that learning paused. */
const PAUSED_FROM = 8;

/** The view of a run of learning. */
export class LearningView {
  lock: WakeLockSentinel | null = null;
  /** The part at the end of the last epoch. */
  reached = 0;
  /** The part at the end of the epoch whose weights are kept. */
  kept = 1;
  /** When there was news, and whether the page has been hidden since. */
  news = 0;
  wasHidden = false;
  running = false;

  lines: NowWriting;
  chart: SurpriseChart;

  /** @param settings of what it writes */
  constructor(settings: () => Sampling) {
    this.lines = new NowWriting(element("teach-written"), settings);
    this.chart = new SurpriseChart(element("teach-chart"));
    document.addEventListener("visibilitychange", () => {
      this.wasHidden ||= document.hidden;
      this.#stayAwake();
    });
  }

  begin() {
    Object.assign(this, { reached: 0, kept: 1, running: true, wasHidden: false });
    this.news = performance.now();
    this.chart.clear();
    this.lines.end();
    element("teach-written").replaceChildren();
    element("teach-heart").hidden = true;
    element("teach-paused").hidden = true;
    element("teach-foreign").hidden = true;
    Object.assign(element("teach-part"), { value: 0 });
    phraseIn(element("teach-left"), "teach.getting-ready");
    this.#stayAwake();
  }

  /** Show what the machine writes at a moment. */
  write(moment: Moment) {
    const units = this.lines.model?.facts.units.length;
    if (units === moment.facts.units.length) {
      this.lines.write(moment);
    } else {
      this.lines.begin(new Model(moment.facts, moment.weights));
      this.lines.write();
    }
  }

  /** The run is over. */
  end() {
    this.running = false;
    this.lock?.release();
    this.lock = null;
    this.lines.end();
    this.chart.finish(this.kept);
    element("teach-heart").hidden = true;
  }

  /** Keep the screen on while it learns, if the browser lets a page do so. */
  async #stayAwake() {
    if (this.running && !document.hidden && navigator.wakeLock) {
      this.lock = await navigator.wakeLock.request("screen").catch(() => null);
    }
  }

  /** There is news: say so if there was none for long while the page was hidden. */
  hear() {
    const now = performance.now();
    if (this.wasHidden && !document.hidden) {
      this.wasHidden = false;
      element("teach-paused").hidden = now - this.news < 1000 * PAUSED_FROM;
    }
    this.news = now;
  }

  progress({ part, secondsLeft, bits }: Reports["progress"]) {
    Object.assign(element("teach-part"), { value: part });
    this.chart.add("read", part, bits);
    const [unit, count] = inWords(secondsLeft);
    phraseIn(element("teach-left"), `teach.left.${unit}`, { count });
  }

  /** @param epoch with bits per character */
  epoch({ part, training, validation, best, byHeart }: Reports["epoch"]) {
    this.kept = best ? part : this.kept;
    if (validation) {
      this.chart.add("hidden", part, validation);
    }
    // An epoch that is over within a moment brought no news of progress.
    const last = this.chart.lines.read.at(-1);
    if (training && (!last || last[0] <= 100 * this.reached)) {
      this.chart.add("read", part, training);
    }
    this.reached = part;
    if (byHeart && element("teach-heart").hidden) {
      say(said("teach.by-heart"));
    }
    element("teach-heart").hidden = !byHeart;
  }
}

/** Return in which unit a phrase says how long something takes, and its count. */
export function inWords(seconds: number): [string, number] {
  if (seconds < 8) return ["few", 0];
  return seconds < 100
    ? ["seconds", 5 * Math.round(seconds / 5)]
    : ["minutes", Math.round(seconds / 60)];
}
