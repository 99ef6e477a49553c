// Rows a second, and how long files take, over time (Chart.js, built into the program).
import { el, setText } from "./dom.js";
import { count, minute, seconds, short } from "./format.js";

// What a colour of the style sheets is now, light or dark.
function colour(name) {
  const probe = el("span", {});
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function line(label, name, filled) {
  return { label, data: [], borderWidth: 2, pointRadius: 0, pointHitRadius: 12, tension: 0.25,
           spanGaps: true, fill: filled, name };
}

function paint(chart) {
  const soft = colour("soft");
  const grid = colour("line");
  for (const set of chart.data.datasets) {
    set.borderColor = colour(set.name);
    set.backgroundColor = colour(`${set.name}-tint`);
  }
  for (const axis of Object.values(chart.options.scales)) {
    axis.ticks.color = soft;
    axis.grid.color = grid;
    axis.grid.borderColor = grid;
  }
  chart.options.plugins.legend.labels.color = soft;
  chart.update();
}

function make(title, datasets, format) {
  const canvas = el("canvas", { role: "img", "aria-label": title });
  const said = el("p", { class: "soft", text: "Nothing yet: the charts begin when varve run does." });
  const box = el("section", { class: "card chart" }, el("h3", { text: title }), said,
                 el("div", { class: "canvas" }, canvas));
  const chart = new globalThis.Chart(canvas, {
    type: "line",
    data: { labels: [], datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { grid: { display: false }, ticks: { maxTicksLimit: 7, maxRotation: 0 } },
        y: { beginAtZero: true, grid: {}, ticks: { maxTicksLimit: 5, callback: format } },
      },
      plugins: {
        legend: { align: "end", labels: { boxWidth: 14, boxHeight: 2 } },
        tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${format(item.parsed.y)}` } },
      },
    },
  });
  const update = (labels, series, sentence) => {
    chart.data.labels = labels;
    series.forEach((values, index) => {
      chart.data.datasets[index].data = values;
      // Of few points no line tells much.
      chart.data.datasets[index].pointRadius = values.length < 30 ? 2.5 : 0;
    });
    setText(said, sentence);
    canvas.setAttribute("aria-label", `${title}. ${sentence}`);
    paint(chart);
  };
  return { box, chart, update };
}

let drawn = [];
document.addEventListener("themechange", () => drawn.forEach(paint));

const rate = (points, name) => points.map((point) => point[name] / point.seconds);
const most = (values) => values.reduce((top, value) => Math.max(top, value ?? 0), 0);

export function makeCharts() {
  const through = make("Throughput",
                       [line("rows/s", "accent", true), line("quarantined lines/s", "attention", true)],
                       (value) => short(value));
  const latency = make("Latency, from first seen to visible",
                       [line("half of the files within", "accent", false),
                        line("99% within", "second", false)],
                       (value) => (value === 0 ? "0" : seconds(value)));
  for (const chart of drawn) chart.destroy(); // of the page before
  drawn = [through.chart, latency.chart];

  function update({ points }) {
    const labels = points.map((point) => minute(point.at));
    const rows = rate(points, "rows");
    const half = points.map((point) => point.latency_p50_seconds);
    const nearly = points.map((point) => point.latency_p99_seconds);
    const total = points.reduce((sum, point) => sum + point.rows, 0);
    through.update(labels, [rows, rate(points, "quarantined")],
                   total > 0 ? `${count(total)} rows; at most ${short(most(rows))} a second.`
                             : "No rows in this time.");
    latency.update(labels, [half, nearly],
                   most(nearly) > 0 ? `At worst 99% of the files within ${seconds(most(nearly))}.`
                                    : "No file was converted in this time.");
  }

  return { boxes: [through.box, latency.box], update };
}
