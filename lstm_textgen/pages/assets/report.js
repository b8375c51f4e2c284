// Draws the charts of a report in the places made for them, and anew when the page's width or
// the colours of the screen change. Needs uPlot.

const HEIGHT = 200;  // pixels of a chart without its legend

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(label) {
  return {
    label,
    labelSize: 22,
    size: label === "epoch" || label === "minutes" || label.startsWith("predicted") ? 36 : 50,
    stroke: () => colour("--soft"),
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
  };
}

// The numbers of several series on one axis: uPlot wants a column for x and one for each series.
function columns(series) {
  return uPlot.join(series.map(({ xs, ys }) => [xs, ys]));
}

function line({ label, colour: number, dash }) {
  return {
    label,
    dash,
    stroke: () => colour(number === undefined ? "--soft" : `--c${number}`),
    width: dash ? 1 : 2,
    spanGaps: true,
    points: { show: dash ? false : undefined, size: 5 },
  };
}

function options(chart, series, width) {
  const scales = chart.diagonal
    ? { x: { time: false, range: [0, 100] }, y: { range: [0, 100] } }
    : { x: { time: false } };
  return {
    width,
    height: HEIGHT,
    scales,
    axes: [axis(chart.x), axis(chart.y)],
    series: [{ label: chart.x }, ...series.map(line)],
    cursor: { drag: { x: false, y: false } },
  };
}

function draw(chart) {
  const place = document.getElementById(`plot-${chart.id}`);
  const diagonal = { label: "as predicted", xs: [0, 100], ys: [0, 100], dash: [4, 4] };
  const series = chart.diagonal ? [...chart.series, diagonal] : chart.series;
  const plot = new uPlot(options(chart, series, place.clientWidth), columns(series), place);
  new ResizeObserver(() => {
    plot.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(place);
  return plot;
}

const plots = JSON.parse(document.getElementById("charts").textContent).map(draw);
const scheme = matchMedia("(prefers-color-scheme: dark)");
scheme.addEventListener("change", () => plots.forEach((plot) => plot.redraw()));
