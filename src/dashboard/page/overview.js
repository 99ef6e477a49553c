// The pipeline at a glance: its stages with live counts, its lines, its charts, what runs now.
import { get } from "./api.js";
import { makeCharts } from "./charts.js";
import { el, setText, state } from "./dom.js";
import { makeFlow } from "./flow.js";
import { ago, count, link, plural } from "./format.js";

const CHARTS_MS = 10000;
const SPANS = { "15m": "15 min", "1h": "1 hour", "24h": "24 hours" };

function accounting() {
  const parts = ["lines", "rows", "quarantined", "blank"];
  const values = {};
  const row = el("p", { class: "equation" });
  const signs = ["", "=", "+", "+"];
  parts.forEach((name, index) => {
    values[name] = el("b", { text: "0" });
    row.append(el("span", { class: "sign", text: signs[index] }),
               el("span", { class: `term ${name}` }, values[name], ` ${name}`));
  });
  const box = el("section", { class: "card accounting", "aria-labelledby": "lines-title" },
                 el("h2", { id: "lines-title", text: "Every line accounted for" }), row);
  const update = (overview) => {
    for (const name of parts) setText(values[name], count(overview[name]));
  };
  return { box, update };
}

function running() {
  const list = el("ul", { class: "running" });
  const box = el("section", { class: "card", "aria-labelledby": "running-title" },
                 el("h2", { id: "running-title", text: "Running now" }), list);
  let before = "";
  const update = (overview) => {
    const now = JSON.stringify([overview.running, overview.latest_batch]);
    if (now === before) return;
    before = now;
    const items = overview.running.map((batch) => el("li", {},
      el("a", { href: link("batch", { id: batch.batch }), text: batch.batch }), state(batch.state),
      el("span", { class: "soft", text: `${plural(batch.files, "file")}, begun ${ago(batch.created)}` })));
    const latest = overview.latest_batch;
    if (items.length === 0) {
      items.push(el("li", { class: "soft" }, latest ? "Nothing; the last batch was " : "Nothing yet",
        latest && el("a", { href: link("batch", { id: latest.batch }), text: latest.batch }),
        latest && state(latest.state)));
    }
    list.replaceChildren(...items);
  };
  return { box, update };
}

function charts() {
  let span = "1h";
  const drawn = makeCharts();
  const load = async () => {
    const history = await get("history", { span });
    drawn.update(history);
  };
  const quietly = () => load().catch(() => {}); // the health sentence tells of it
  const buttons = Object.entries(SPANS).map(([value, label]) => el("button", {
    type: "button", "aria-pressed": String(value === span), text: label,
    onclick: (event) => {
      span = value;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.target));
      quietly();
    },
  }));
  const choice = el("div", { class: "choice", role: "group", "aria-label": "Time span" }, buttons);
  return { choice, boxes: drawn.boxes, load: quietly };
}

export async function show(box) {
  const flow = makeFlow();
  const lines = accounting();
  const now = running();
  const drawn = charts();
  box.append(
    el("section", { class: "card flow-card", "aria-labelledby": "flow-title" },
       el("h1", { id: "flow-title", text: "Pipeline" }), flow.box),
    lines.box,
    el("div", { class: "heading" }, el("h2", { text: "Over time" }), drawn.choice),
    el("div", { class: "charts" }, drawn.boxes),
    now.box);
  flow.draw();
  drawn.load();
  let loaded = Date.now();
  return (overview) => {
    flow.update(overview);
    lines.update(overview);
    now.update(overview);
    if (Date.now() - loaded < CHARTS_MS) return;
    loaded = Date.now();
    drawn.load();
  };
}
