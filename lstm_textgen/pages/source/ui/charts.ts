/** Charts of lines, stretched to their places, with numbers on both axes. */

import { make } from "./document.ts";
import { inDigits } from "./phrases.ts";

/** The least height of a chart, in bits: a smaller change looks like none. */
const LEAST_HEIGHT = 0.6;

/** A line through points [x, y], and its entry in the legend. */
export interface Line {
  kind: "read" | "hidden" | "ideal"; // its class
  label: string;
  figure: string;
  points: number[][];
}

/**
 * Return a chart of `lines`, and its legend.
 * @param about the chart, for screen readers
 * @param done the percentage of a run at the right edge, if x is one
 * @param words for its lowest and its highest number
 */
export function chartOf(lines: Line[], about: string, done?: number, words = ["", ""]) {
  const [[left, right], [least, most]] = [0, 1].map((n) => {
    const numbers = lines.flatMap(({ points }) => points.map((point) => point[n]));
    return [Math.min(...numbers), Math.max(...numbers)];
  });
  const spare = Math.max((most - least) / 10, LEAST_HEIGHT - (most - least)) / 2;
  const rows = axisOf(most + spare, Math.max(0, least - spare), 0);
  const columns = done ? axisOf(0, done, 1, "percent") : axisOf(left, right, 1);
  const svg = svgElement("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  for (const mark of rows.marks) {
    const y = String(rows.at(mark));
    svg.append(svgElement("line", { x2: "100", y1: y, y2: y }));
  }
  const legend = make("p", "legend small");
  for (const { kind, label, figure, points } of lines) {
    const spots = points.map(([x, y]) => `${columns.at(x)},${rows.at(y)}`);
    // A line of one point is drawn as a dot: its ends are round.
    svg.append(svgElement("path", { class: kind, d: spots.length ? `M${spots[0]}L${spots}` : "" }));
    legend.append(make("span", `entry ${kind}`, `${label} `, make("b", "", figure)));
  }
  rows.labels[0].prepend(`${words[0]} `);
  rows.labels.at(-1)?.prepend(`${words[1]} `);
  const axes = [rows, columns].map(({ labels }) => make("div", "small soft", ...labels));
  const plot = make("div", "plot", axes[0], svg, axes[1]);
  return [Object.assign(plot, { role: "img", ariaLabel: about }), legend];
}

/**
 * Return an axis: where on it a number is, in percent, its round numbers, and their labels.
 * @param least the least distance between two of them
 */
function axisOf(from: number, to: number, least: number, unit?: "percent") {
  const at = (number: number) => (100 * (number - from)) / (to - from);
  const rough = Math.max(least, Math.abs(to - from) / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((n) => n * power >= rough) ?? 10);
  const marks: number[] = [];
  for (let n = Math.ceil(Math.min(from, to) / step); n * step <= Math.max(from, to); n++) {
    marks.push(n * step);
  }
  const digits = { minimumFractionDigits: step < 1 ? 1 : 0, maximumFractionDigits: 1 };
  const labels = marks.map((mark) => {
    const options = unit ? { style: "unit" as const, unit } : digits;
    const label = make("span", "", inDigits(mark, options));
    label.style.setProperty("--at", `${at(mark)}%`);
    return label;
  });
  return { at, marks, labels };
}

function svgElement(name: string, attributes: Record<string, string>) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}
