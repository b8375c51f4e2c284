/** Charts of lines, stretched to their places. */

import { make } from "./document.ts";
import { inDigits, phraseIn } from "./phrases.ts";

/** With its points [x, y]. */
export type Line = { label: string; points: number[][] };

/** Of the drawing. */
const CHART_SIZES = [1000, 300];

/** How numbers are shown. */
const DIGITS = { maximumSignificantDigits: 3 };

/** The classes of the lines, in their order. */
const LINES = ["read", "hidden"];

/**
 * Return the figure of a chart, whose scales go from the least to the greatest number in it.
 * @param key of its title
 * @param about it, for screen readers
 * @param lines two at most
 * @param ideal another, if there is one
 */
export function chartOf(key: string, about: string, lines: Line[], ideal: Line[] = []) {
  const all = [...lines, ...ideal];
  const [[left, right], [low, high]] = [0, 1].map((n) => {
    const numbers = all.flatMap(({ points }) => points.map((point) => point[n]));
    return [Math.min(...numbers), Math.max(...numbers)];
  });
  const svg = svgElement("svg", {
    viewBox: `0 0 ${CHART_SIZES.join(" ")}`,
    preserveAspectRatio: "none",
  });
  const legend = make("p", "surprise-key small");
  all.forEach(({ label, points }, n) => {
    const name = n < lines.length ? LINES[n] : "ideal";
    const spots = points.map(([x, y]) => [
      (CHART_SIZES[0] * (x - left)) / (right - left || 1),
      (CHART_SIZES[1] * (high - y)) / (high - low || 1),
    ]);
    svg.append(svgElement("path", { class: name, d: `M${spots.join("L")}` }));
    const last = ideal.length ? "" : inDigits(points[points.length - 1][1], DIGITS);
    legend.append(make("span", `entry ${name}`, `${label} `, make("b", "", last)));
  });
  /** @param ends of a scale */
  const scale = (name: string, ends: number[]) =>
    make("div", name, ...ends.map((end) => make("span", "small soft", inDigits(end, DIGITS))));
  const plot = make(
    "div",
    "surprise-plot",
    scale("", [high, low]),
    svg,
    scale("xs", [left, right]),
  );
  Object.assign(plot, { role: "img", ariaLabel: about });
  return make("figure", "chart", phraseIn(make("figcaption", "small"), key), plot, legend);
}

function svgElement(name: string, attributes: Record<string, string>) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}
