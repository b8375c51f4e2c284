/** A small chart of how surprised a machine is while it learns: two lines, their ends in words. */

import { make } from "../../ui/document.ts";
import { inDigits, phraseIn, said } from "../../ui/phrases.ts";

/** The least height of the chart, in bits: a smaller change looks like none. */
const LEAST_SPAN = 0.6;

/** Of the drawing, which is stretched to its place. */
const CHART_WIDTH = 1000;
const CHART_HEIGHT = 300;

/** With the part of the run that is done, 0 to 1. */
export type Point = { x: number; bits: number };

/** The chart in an element. */
export class SurpriseChart {
  lines: { read: Point[]; hidden: Point[] } = { read: [], hidden: [] };
  /** The part of the run at the right edge. */
  end = 1;
  /** The part whose figures are told. */
  told = 1;

  place: HTMLElement;
  svg: SVGSVGElement;
  paths: { read: SVGPathElement; hidden: SVGPathElement };
  key: HTMLElement;

  constructor(place: HTMLElement) {
    this.place = place;
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("viewBox", `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.paths = {
      read: this.#path("read"),
      hidden: this.#path("hidden"),
    };
    this.key = make("p", "surprise-key small");
    const [top, bottom] = ["teach.surprised", "teach.sure"].map((key) =>
      phraseIn(make("span", "small soft"), key),
    );
    const plot = make("div", "surprise-plot", make("div", "", top, bottom), this.svg);
    plot.ariaHidden = "true";
    place.replaceChildren(plot, this.key);
    addEventListener("languagechange", () => this.draw());
  }

  #path(name: string) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", name);
    this.svg.append(path);
    return path;
  }

  clear() {
    Object.assign(this, { lines: { read: [], hidden: [] }, end: 1, told: 1 });
    this.draw();
  }

  /** @param x the part that is done */
  add(line: "read" | "hidden", x: number, bits: number) {
    if (Number.isFinite(bits)) {
      this.lines[line].push({ x, bits });
      this.draw();
    }
  }

  /** The run is over: what there is fills the chart; told is the part that is `kept`. */
  finish(kept: number) {
    this.told = kept;
    const all = [...this.lines.read, ...this.lines.hidden];
    this.end = Math.max(0.01, ...all.map(({ x }) => x));
    this.draw();
  }

  draw() {
    const { read, hidden } = this.lines;
    const all = [...read, ...hidden].map(({ bits }) => bits);
    if (all.length === 0) {
      this.key.replaceChildren();
      return;
    }
    const middle = (Math.max(...all) + Math.min(...all)) / 2;
    const span = Math.max(LEAST_SPAN, 1.1 * (Math.max(...all) - Math.min(...all)));
    const low = Math.max(0, middle - span / 2);
    for (const name of ["read", "hidden"] as const) {
      const spots = this.lines[name].map(({ x, bits }) => {
        const y = CHART_HEIGHT * (1 - (bits - low) / span);
        return `${((CHART_WIDTH * x) / this.end).toFixed(1)},${y.toFixed(1)}`;
      });
      // A line of one point is drawn as a dot: its ends are round.
      this.paths[name].setAttribute("d", spots.length ? `M${spots[0]}L${spots.join(" ")}` : "");
    }
    this.key.replaceChildren(
      this.#entry("read", "teach.read", read),
      this.#entry("hidden", "teach.hidden", hidden),
    );
  }

  #entry(name: string, key: string, points: Point[]) {
    const last = points.findLast(({ x }) => x <= this.told);
    const figure = last ? said("teach.bits", { bits: bitsShown(last.bits) }) : "–";
    return make("span", `entry ${name}`, `${said(key)} `, make("b", "", figure));
  }
}

/** Return bits per character as they are shown, such as 2.1. */
export function bitsShown(bits: number) {
  return inDigits(bits, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
