/** Charts of lines, stretched to their places. */

import { make } from "./page.js";
import { inDigits, phraseIn } from "./phrases.js";

/** @typedef {{label: string, points: number[][]}} Line with its points [x, y] */

/** Of the drawing. */
const CHART_SIZES = [1000, 300];

/** How numbers are shown. */
const DIGITS = { maximumSignificantDigits: 3 };

/** The classes of the lines, in their order. */
const LINES = ["read", "hidden"];

/**
 * Return the figure of a chart, whose scales go from the least to the greatest number in it.
 * @param {string} key of its title @param {string} about it, for screen readers
 * @param {Line[]} lines two at most @param {Line[]} ideal another, if there is one
 */
export function chartOf(key, about, lines, ideal = []) {
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
  /** @param {string} name @param {number[]} ends of a scale */
  const scale = (name, ends) =>
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

/** @param {string} name @param {Record<string, string>} attributes */
function svgElement(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}
