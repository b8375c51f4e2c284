// Draws the charts of a report in the places made for them, and anew when the page's width or
// the colours of the screen change. Needs uPlot.

const HEIGHT = 200;  // pixels of a chart without its legend

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(size) {
  return {
    size,
    stroke: () => colour("--soft"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
  };
}

// The numbers of several series on one axis: uPlot wants a column for x and one for each series.
function columns(series) {
  return uPlot.join(series.map(({ xs, ys }) => [xs, ys]));
}

function line({ label, colour: number }) {
  const stroke = () => colour(`--c${number}`);
  return { label, stroke, width: 2, spanGaps: true, points: { size: 6, fill: stroke }, value: figure };
}

function figure(plot, number) {
  return number == null ? "–" : String(Number(number.toPrecision(4)));
}

// Where what is predicted comes true as often as it is predicted.
function diagonal() {
  const stroke = () => colour("--soft");
  const points = { show: false };
  return { label: "predicted", stroke, width: 1, dash: [4, 4], spanGaps: true, points, value: figure };
}

function options(chart, width) {
  const percent = { range: [0, 100] };
  return {
    width,
    height: HEIGHT,
    scales: chart.diagonal ? { x: { time: false, ...percent }, y: percent } : { x: { time: false } },
    axes: [axis(30), axis(48)],
    series: [
      { label: chart.x },
      ...chart.series.map(line),
      ...(chart.diagonal ? [diagonal()] : []),
    ],
    legend: { markers: { width: 0, fill: (plot, k) => plot.series[k].stroke(plot, k) } },
    cursor: { drag: { x: false, y: false } },
    hooks: { setCursor: [showLast] },
  };
}

// Where nobody points at the chart, the legend has the last values.
function showLast(plot) {
  if (plot.cursor.idx == null) {
    plot.setLegend({ idx: plot.data[0].length - 1 });
  }
}

function draw(chart) {
  const place = document.getElementById(`plot-${chart.id}`);
  const ideal = chart.diagonal ? [{ xs: [0, 100], ys: [0, 100] }] : [];
  const data = columns([...chart.series, ...ideal]);
  const plot = new uPlot(options(chart, place.clientWidth), data, place);
  showLast(plot);
  addEventListener("resize", () => {
    plot.setSize({ width: place.clientWidth, height: HEIGHT });
  });
  return plot;
}

const plots = JSON.parse(document.getElementById("charts").textContent).map(draw);
const scheme = matchMedia("(prefers-color-scheme: dark)");
scheme.addEventListener("change", () => plots.forEach((plot) => plot.redraw()));
