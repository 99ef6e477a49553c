// The pipeline drawn as it is built: stages as cards in a grid, and the ways between them as lines
// over it, which follow the cards wherever the layout puts them.
import { el, setText, svg } from "./dom.js";
import { ago, bytes, link, plural, printable, seconds, short } from "./format.js";

const STAGES = [
  { id: "input", title: "Input", unit: "files seen", page: "files" },
  { id: "queue", title: "Event queue", unit: "events waiting" },
  { id: "letters", title: "Dead letters", unit: "events", page: "letters", side: true },
  { id: "builder", title: "Manifest builder", unit: "files waiting", page: "files",
    parameters: { status: "pending" } },
  { id: "tracking", title: "File tracking", unit: "files done", page: "files", side: true },
  { id: "manifests", title: "Manifests", unit: "latest", page: "batches" },
  { id: "workflow", title: "Workflow", unit: "batches running", page: "batches" },
  { id: "alerts", title: "Alerts", unit: "raised", page: "alerts", side: true },
  { id: "etl", title: "ETL", unit: "files converting", page: "files",
    parameters: { status: "processing" } },
  { id: "quarantine", title: "Quarantine", unit: "lines", page: "quarantine", side: true },
  { id: "output", title: "Output", unit: "rows", page: "batches", parameters: { status: "completed" } },
];
const WAYS = [
  ["input", "queue"], ["queue", "builder"], ["builder", "manifests"], ["manifests", "workflow"],
  ["workflow", "etl"], ["etl", "output"],
  ["queue", "letters"], ["builder", "tracking"], ["workflow", "alerts"], ["etl", "quarantine"],
];
const ARROW = 7;

const files = (overview, ...states) =>
  states.reduce((sum, name) => sum + (overview.files[name]?.files ?? 0), 0);

function inputOf(overview) {
  const all = Object.values(overview.files);
  return { value: short(all.reduce((sum, one) => sum + one.files, 0)),
           note: bytes(all.reduce((sum, one) => sum + one.bytes, 0)) };
}

function queueOf(overview) {
  const { visible, in_flight: reading } = overview.queue;
  return { value: short(visible + reading), busy: visible + reading > 0,
           note: reading > 0 ? `${short(reading)} being read` : "all read" };
}

function lettersOf(overview) {
  const { dead } = overview.queue;
  return { value: short(dead), tone: dead > 0 ? "attention" : "", busy: false,
           note: dead > 0 ? "not understood" : "none" };
}

function builderOf(overview) {
  const waiting = files(overview, "pending");
  const { min_files: least, max_wait_seconds: most } = overview.flush;
  let note = `a batch at ${plural(least, "file")} or ${seconds(most)}`;
  if (overview.next.files.length > 0) note = `next batch now: ${plural(overview.next.files.length, "file")}`;
  else if (overview.next.at) {
    const left = Math.max(0, (Date.parse(overview.next.at) - Date.now()) / 1000);
    note = `next batch in ${seconds(left)}, or at ${plural(least, "file")}`;
  }
  return { value: short(waiting), note, busy: waiting > 0 };
}

function trackingOf(overview) {
  const failed = files(overview, "failed");
  const missing = files(overview, "missing");
  const notes = [`${short(failed)} failed`];
  if (missing > 0) notes.push(`${short(missing)} missing`);
  return { value: short(files(overview, "completed")), note: notes.join(", "),
           tone: failed > 0 ? "problem" : "" };
}

function manifestsOf(overview) {
  const [day, batch] = (overview.latest_batch?.batch ?? "/none yet").split("/");
  return { value: batch.replace("batch-", "#"), note: day || "no batch was made" };
}

function workflowOf(overview) {
  const running = overview.running.length;
  const { failures } = overview.last_hour;
  return { value: short(running), busy: running > 0,
           note: failures > 0 ? `${short(failures)} failures in an hour` : "no failures in an hour" };
}

function etlOf(overview) {
  const busy = files(overview, "claimed", "processing");
  return { value: short(busy), busy: busy > 0, note: `${short(overview.last_hour.rows)} rows in an hour` };
}

function quarantineOf(overview) {
  const share = overview.lines > 0 ? (100 * overview.quarantined) / overview.lines : 0;
  const shown = share > 0 && share < 0.1 ? "under 0.1" : share.toFixed(1);
  return { value: short(overview.quarantined), note: `${shown}% of all lines`,
           tone: overview.quarantined > 0 ? "notice" : "" };
}

function outputOf(overview) {
  return { value: short(overview.rows), note: `${short(overview.last_hour.files)} files in an hour` };
}

function alertsOf(overview) {
  const { count, latest } = overview.alerts;
  return { value: short(count), tone: count > 0 ? "attention" : "",
           note: latest ? ago(latest.at) : "none since the start" };
}

const READ = { input: inputOf, queue: queueOf, letters: lettersOf, builder: builderOf,
               tracking: trackingOf, manifests: manifestsOf, workflow: workflowOf, etl: etlOf,
               quarantine: quarantineOf, output: outputOf, alerts: alertsOf };

function card(stage) {
  const value = el("span", { class: "value", text: "–" });
  const note = el("span", { class: "note", text: " " });
  const content = [el("span", { class: "title", text: stage.title }), value,
                   el("span", { class: "unit", text: stage.unit }), note];
  const box = stage.page
    ? el("a", { href: link(stage.page, stage.parameters) }, content)
    : el("div", {}, content);
  return { box, value, note,
           item: el("li", { class: `stage ${stage.id}${stage.side ? " side" : ""}` }, box) };
}

// From the edge of one card to the nearest edge of the other; they are side by side or below.
function wayBetween(from, to) {
  const middle = (rect) => [rect.left + rect.width / 2, rect.top + rect.height / 2];
  const [fromX, fromY] = middle(from);
  const [, toY] = middle(to);
  if (Math.abs(toY - fromY) < from.height / 2) {
    return `M${from.right} ${fromY}H${to.left - ARROW}`;
  }
  return `M${fromX} ${from.bottom}V${to.top - ARROW}`;
}

export function makeFlow() {
  const cards = Object.fromEntries(STAGES.map((stage) => [stage.id, card(stage)]));
  const ways = WAYS.map(([from, to]) => ({
    from, to, path: svg("path", { class: "way", "marker-end": "url(#arrow)" }),
  }));
  const arrow = svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: "1", refY: "4", markerWidth: "8",
                                markerHeight: "8", markerUnits: "userSpaceOnUse", orient: "auto" },
                    svg("path", { class: "arrow", d: "M0 0L8 4L0 8z" }));
  const lines = svg("svg", { class: "ways", "aria-hidden": "true", focusable: "false" },
                    svg("defs", {}, arrow), ways.map((way) => way.path));
  const list = el("ol", { class: "flow", "aria-label": "Stages of the pipeline, in order" },
                  STAGES.map((stage) => cards[stage.id].item));
  const places = el("p", { class: "places soft" });
  const frame = el("div", { class: "flow-frame" }, list, lines);
  const box = el("div", {}, frame, places);

  function draw() {
    const origin = frame.getBoundingClientRect();
    const rectOf = (id) => {
      const rect = cards[id].item.getBoundingClientRect();
      return { left: rect.left - origin.left, right: rect.right - origin.left,
               top: rect.top - origin.top, bottom: rect.bottom - origin.top,
               width: rect.width, height: rect.height };
    };
    lines.setAttribute("viewBox", `0 0 ${origin.width} ${origin.height}`);
    for (const way of ways) way.path.setAttribute("d", wayBetween(rectOf(way.from), rectOf(way.to)));
  }
  new ResizeObserver(draw).observe(frame);

  function update(overview) {
    const read = {};
    for (const stage of STAGES) {
      const now = READ[stage.id](overview);
      const shown = cards[stage.id];
      read[stage.id] = now;
      setText(shown.value, now.value);
      setText(shown.note, now.note);
      for (const tone of ["attention", "problem", "notice"]) {
        shown.item.classList.toggle(tone, now.tone === tone);
      }
      shown.item.classList.toggle("busy", Boolean(now.busy));
    }
    for (const way of ways) {
      way.path.classList.toggle("busy", Boolean(read[way.from].busy) &&
                                        !STAGES.find((stage) => stage.id === way.to).side);
    }
    setText(places, `${printable(overview.input)} → ${printable(overview.output)}`);
  }

  return { box, draw, update };
}
