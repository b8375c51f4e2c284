/**
 * Draws the charts of a report in the places made for them, and anew when the page's width or
 * the colours of the screen change. Needs uPlot.
 */

/** @typedef {{label: string, colour: number, xs: number[], ys: (number | null)[]}} Line */
/** @typedef {{id: string, x: string, series: Line[], diagonal?: boolean}} Chart */

const HEIGHT = 200; // pixels of a chart without its legend

/** @param {string} name */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * @param {number} size
 * @returns {uPlot.Axis}
 */
function axis(size) {
  return {
    size,
    stroke: () => colour("--soft"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
  };
}

/**
 * The numbers of several series on one axis: uPlot wants a column for x and one for each series.
 * @param {{xs: number[], ys: (number | null)[]}[]} series
 */
function columns(series) {
  return uPlot.join(series.map(({ xs, ys }) => [xs, ys]));
}

/**
 * @param {Line} series
 * @returns {uPlot.Series}
 */
function line({ label, colour: number }) {
  const stroke = () => colour(`--c${number}`);
  const points = { size: 6, fill: stroke };
  return { label, stroke, width: 2, spanGaps: true, points, value: figure };
}

/** @param {uPlot} _plot @param {number | null} number */
function figure(_plot, number) {
  return number == null ? "–" : String(Number(number.toPrecision(4)));
}

/**
 * Where what is predicted comes true as often as it is predicted.
 * @returns {uPlot.Series}
 */
function diagonal() {
  const stroke = () => colour("--soft");
  const points = { show: false };
  const dash = [4, 4];
  return { label: "predicted", stroke, width: 1, dash, spanGaps: true, points, value: figure };
}

/**
 * @param {Chart} chart
 * @param {number} width
 * @returns {uPlot.Options}
 */
function options(chart, width) {
  /** @type {uPlot.Range.MinMax} */
  const percent = [0, 100];
  /** @type {uPlot.Scales} */
  const scales = chart.diagonal
    ? { x: { time: false, range: percent }, y: { range: percent } }
    : { x: { time: false } };
  return {
    width,
    height: HEIGHT,
    scales,
    axes: [axis(30), axis(48)],
    series: [
      { label: chart.x },
      ...chart.series.map(line),
      ...(chart.diagonal ? [diagonal()] : []),
    ],
    legend: { markers: { width: 0, fill: marker } },
    cursor: { drag: { x: false, y: false } },
    hooks: { setCursor: [showLast] },
  };
}

/** @param {uPlot} plot @param {number} k */
function marker(plot, k) {
  const { stroke } = plot.series[k];
  return String(typeof stroke === "function" ? stroke(plot, k) : stroke);
}

/**
 * Where nobody points at the chart, the legend has the last values.
 * @param {uPlot} plot
 */
function showLast(plot) {
  if (plot.cursor.idx == null) {
    plot.setLegend({ idx: plot.data[0].length - 1 });
  }
}

/** @param {Chart} chart */
function draw(chart) {
  const place = /** @type {HTMLElement} */ (document.getElementById(`plot-${chart.id}`));
  const ideal = chart.diagonal ? [{ xs: [0, 100], ys: [0, 100] }] : [];
  const data = columns([...chart.series, ...ideal]);
  const plot = new uPlot(options(chart, place.clientWidth), data, place);
  showLast(plot);
  addEventListener("resize", () => {
    plot.setSize({ width: place.clientWidth, height: HEIGHT });
  });
  return plot;
}

const charts = /** @type {HTMLElement} */ (document.getElementById("charts"));
/** @type {Chart[]} */
const all = JSON.parse(charts.textContent ?? "[]");
const plots = all.map(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const plot of plots) {
    plot.redraw();
  }
});
