/** Charts in elements of a page. Needs uPlot. */

/** @typedef {{label: string, color: number, xs: number[], ys: (number | null)[]}} Line */
/**
 * @typedef {{x: string, last?: string, series: Line[], diagonal?: string}} Chart with the name of
 *   the line of perfect calibration, if it has that
 */

const HEIGHT = 240; // pixels of a chart without its legend

/** How the line of perfect calibration is drawn. */
const DIAGONAL = { width: 1, dash: [4, 4], points: { show: false } };

/** Steps between whole numbers on an axis: 1, 2, 5, 10, 20 and so on. */
const WHOLE = Array.from({ length: 18 }, (_, k) => [1, 2, 5][k % 3] * 10 ** Math.floor(k / 3));

/** An element that the page never shows. */
const sample = document.head;

/** @param {string} name of a custom property, which has a color for each scheme */
function color(name) {
  sample.style.color = `var(${name})`;
  return getComputedStyle(sample).color;
}

/**
 * @param {uPlot.Axis} own what only this axis has
 * @returns {uPlot.Axis}
 */
function axis(own) {
  return {
    values: (_plot, splits) => splits.map((split) => roundedTo(split, 6)),
    stroke: () => color("--soft"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: () => color("--line"), width: 1 },
    ticks: { show: false },
    ...own,
  };
}

/**
 * Return a number with at most `digits` digits, however small it is, as the language writes it.
 * @param {number} number @param {number} digits
 */
function roundedTo(number, digits) {
  return number.toLocaleString(document.documentElement.lang, {
    maximumSignificantDigits: digits,
  });
}

/**
 * Return the width of the y axis in pixels, given its labels.
 * @param {uPlot} _plot @param {string[] | null} labels
 */
function widthOf(_plot, labels) {
  return Math.max(48, ...(labels ?? []).map((label) => 15 + 7.5 * label.length));
}

/**
 * @param {string} label @param {string} name of its color
 * @param {Partial<uPlot.Series>} own what only this curve has
 * @returns {uPlot.Series}
 */
function line(label, name, own) {
  return { label, stroke: () => color(name), spanGaps: true, value: figure, ...own };
}

/** @param {uPlot} _plot @param {number | null} number */
function figure(_plot, number) {
  return number == null ? "–" : roundedTo(number, 4);
}

/**
 * @param {Chart} chart
 * @param {number} width
 * @returns {uPlot.Options}
 */
function options(chart, width) {
  /** @type {uPlot.Range.MinMax | undefined} */
  const range = chart.diagonal ? [0, 100] : undefined;
  const whole = chart.series.every(({ xs }) => xs.every(Number.isInteger));
  const steps = whole ? { incrs: WHOLE } : {};
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false, range }, y: { range } },
    axes: [axis({ size: 30, ...steps }), axis({ size: widthOf })],
    series: [
      {
        label: chart.x,
        value: (_plot, x) => (x == null ? (chart.last ?? "last") : roundedTo(x, 6)),
      },
      ...chart.series.map(({ label, color: number }) =>
        line(label, `--c${number}`, { width: 2, points: { size: 6, fill: marker } }),
      ),
      ...(chart.diagonal ? [line(chart.diagonal, "--soft", DIAGONAL)] : []),
    ],
    legend: { markers: { width: 0, fill: marker } },
    cursor: { drag: { x: false, y: false } },
    hooks: { setCursor: [(plot) => showLast(plot, chart)] },
  };
}

/** @param {uPlot} plot @param {number} k */
function marker(plot, k) {
  const { stroke } = plot.series[k];
  return String(typeof stroke === "function" ? stroke(plot, k) : stroke);
}

/**
 * Unless the pointer is on the chart, the legend shows the last value of each curve.
 * @param {uPlot} plot @param {Chart} chart
 */
function showLast(plot, { series }) {
  if (plot.cursor.idx == null) {
    const ends = series.map(({ xs }) => plot.data[0].indexOf(xs[xs.length - 1]));
    const last = Math.max(...ends);
    const together = ends.every((end) => end === last);
    plot.setLegend({ idxs: [together ? last : null, ...ends, last] });
  }
}

/**
 * Draw a chart in `place` once that is visible, and again when its width or the color scheme
 * changes.
 * @param {HTMLElement} place @param {Chart} chart
 */
export function draw(place, chart) {
  const places = [...new Set([0, ...chart.series.flatMap(({ xs }) => xs), 100])];
  places.sort((a, b) => a - b);
  const lines = [...chart.series, ...(chart.diagonal ? [{ xs: places, ys: places }] : [])];
  // uPlot takes a column for x and one for each series.
  const data = uPlot.join(lines.map(({ xs, ys }) => [xs, ys]));
  /** @type {uPlot | undefined} */
  let plot;
  new ResizeObserver(() => {
    const width = place.clientWidth; // 0 while it is hidden
    if (plot && width) {
      plot.setSize({ width, height: HEIGHT });
    } else if (width) {
      plot = new uPlot(options(chart, width), data, place);
      showLast(plot, chart);
    }
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot?.redraw());
}
