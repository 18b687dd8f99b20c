/* The interactive parts of the page: charts over one time range, buttons that change it, and genres that open and close. */
"use strict";

const { rateLimit, timeline } = JSON.parse(document.getElementById("data").textContent);
const NARROWEST = 5; // seconds
const PAPER = 680; // pixels between the margins of a sheet
const plots = [];

const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const utc = (seconds) => new Date(seconds * 1000).toISOString();
const count = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });
const latency = (value) => (value < 1000 ? `${Math.round(value)} ms` : `${count(value / 1000)} s`);

/* ── Lines, stems and axes ── */

const line = (name, label, width, data, format = count) => ({
  data,
  options: { class: name, label, width, stroke: colour(name), value: (_, value) => (value == null ? "—" : format(value)) },
});

/** A stem with a head for each value above zero. */
const stems = (name, label, data, head) => {
  const drawn = line(name, label, 1.5, data);
  const paths = (plot, index, from, to) => {
    const path = new Path2D();
    for (let n = from; n <= to; n++) {
      if (!data[n]) continue;
      const x = plot.valToPos(timeline.at[n], "x", true);
      const [foot, top] = [0, data[n]].map((value) => plot.valToPos(value, "y", true));
      path.moveTo(x, foot);
      path.lineTo(x, top);
      head(path, x, top, 3.5 * devicePixelRatio);
    }
    return { stroke: path, fill: path, clip: null, flags: 0 };
  };
  Object.assign(drawn.options, { paths, fill: colour(name), points: { show: false } });
  return drawn;
};
const disc = (path, x, y, r) => {
  path.moveTo(x + r, y);
  path.arc(x, y, r, 0, 2 * Math.PI);
};
const cross = (path, x, y, r) => {
  path.moveTo(x - r, y - r);
  path.lineTo(x + r, y + r);
  path.moveTo(x - r, y + r);
  path.lineTo(x + r, y - r);
};

const axis = (values, more) => ({
  stroke: colour("muted"),
  font: "12px system-ui, sans-serif",
  grid: { stroke: colour("grid"), width: 1 },
  ticks: { stroke: colour("grid"), width: 1, size: 4 },
  size: 58,
  values,
  ...more,
});
/** Hours and minutes, seconds at a fine scale, and the day where it changes. */
const hours = (_, splits, __, ___, step) =>
  splits.map((at, n) => {
    const [day, time] = utc(at).split("T");
    const isNewDay = n === 0 || utc(splits[n - 1]).slice(0, 10) !== day;
    return time.slice(0, step < 60 ? 8 : 5) + (isNewDay ? `\n${day}` : "");
  });
/** 1, 2 and 5 of each power of ten. */
const steps = (_, __, low, high) =>
  [0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power)).filter((n) => n >= low && n <= high);

/* ── The charts ── */

const refused = stems("refused", "refused", timeline.refused, disc);
const failed = stems("failed", "failed", timeline.failed, cross);
const troubles = [refused, failed].filter((each) => each.data.some(Boolean));
const fromZero = { range: (_, __, high) => [0, Math.max(high, 0.1) * 1.12] };

const charts = {
  requests: {
    height: 250,
    lines: [
      line("peak", "busiest second", 1, timeline.peak),
      line("sent", "sent", 1.5, timeline.sent),
      ...(rateLimit === null ? [] : [line("limit", "limit", 1.5, timeline.at.map(() => rateLimit))]),
      ...troubles,
    ],
    scale: fromZero,
    ticks: axis((_, splits) => splits.map(count)),
  },
  latency: {
    height: 200,
    lines: [
      line("p99", "p99", 1, timeline.p99, latency),
      line("p95", "p95", 1, timeline.p95, latency),
      line("p50", "p50", 2, timeline.p50, latency),
    ],
    bands: [
      { series: [1, 2], fill: colour("band-p99") },
      { series: [2, 3], fill: colour("band-p95") },
    ],
    scale: { distr: 3, range: (_, low, high) => (Number.isFinite(low) && low > 0 ? [low / 1.25, high * 1.25] : [10, 1000]) },
    ticks: axis((_, splits) => splits.map(latency), { splits: steps, filter: (_, splits) => splits }),
  },
  trouble: {
    height: 170,
    lines: troubles,
    scale: fromZero,
    ticks: axis((_, splits) => splits.map(count)),
  },
};

for (const [key, { height, lines, bands = [], scale, ticks }] of Object.entries(charts)) {
  const container = document.getElementById(key);
  if (!container) continue;
  const limitLine = lines.find((each) => each.options.class === "limit");
  if (limitLine) Object.assign(limitLine.options, { dash: [8, 4], points: { show: false } });
  const options = {
    width: container.clientWidth,
    height,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { y: false, sync: { key: "run", scales: ["x", null] } },
    legend: { markers: { width: 0 } },
    scales: { y: scale },
    axes: [axis(hours, { size: 44, space: 72 }), ticks],
    series: [
      { label: "UTC", value: (_, at) => (at == null ? "—" : utc(at).slice(0, 19).replace("T", " ")) },
      ...lines.map((each) => each.options),
    ],
    bands,
  };
  const plot = new uPlot(options, [timeline.at, ...lines.map((each) => each.data)], container);
  plots.push(plot);
  new ResizeObserver(() => plot.setSize({ width: container.clientWidth, height })).observe(container);
}

/* ── Colours follow the system; print is always light ── */

const redraw = () => plots.forEach((plot) => plot.redraw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
const print = (isPaper) => {
  document.documentElement.toggleAttribute("data-paper", isPaper);
  for (const plot of plots) plot.setSize({ width: isPaper ? PAPER : plot.root.parentElement.clientWidth, height: plot.height });
};
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));

/* ── The buttons ── */

const wholeRun = [timeline.at[0], timeline.at.at(-1)];
const show = ([min, max]) => plots.forEach((plot) => plot.setScale("x", { min, max }));
/** The visible range, moved by a share of its width and scaled, but never outside the run. */
const move = (shift, scale) => {
  const { min, max } = plots[0].scales.x;
  const [first, last] = wholeRun;
  const width = Math.min(Math.max((max - min) * scale, NARROWEST), last - first);
  const middle = (min + max) / 2 + (max - min) * shift;
  const from = Math.min(Math.max(middle - width / 2, first), last - width);
  return [from, from + width];
};
for (const button of document.querySelectorAll(".zoom button")) {
  const { shift, scale } = button.dataset;
  button.addEventListener("click", () => show(scale ? move(shift, scale) : wholeRun));
}
document.querySelector(".zoom select")?.addEventListener("change", ({ target }) =>
  show(target.value ? target.value.split(" ").map(Number) : wholeRun));

const folds = [...document.querySelectorAll("[aria-expanded]")];
const unfold = document.getElementById("unfold");
const areOpen = () => folds.every((button) => button.ariaExpanded === "true");
const turn = (buttons, isOpen) => {
  for (const button of buttons) button.ariaExpanded = String(isOpen);
  unfold.textContent = areOpen() ? "Close all genres" : "Open all genres";
};
for (const button of folds) button.addEventListener("click", () => turn([button], button.ariaExpanded === "false"));
unfold.addEventListener("click", () => turn(folds, !areOpen()));
turn([], true);
