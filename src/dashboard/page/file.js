// The life of one file: what `varve explain` tells.
import { get, post } from "./api.js";
import { actionButton, el, state, toast } from "./dom.js";
import { bytes, count, link, plural, printable, stamp } from "./format.js";

function timeline(events) {
  return el("ol", { class: "timeline" }, events.map((event) => el("li", { class: event.state },
    el("time", { datetime: event.at, text: stamp(event.at) }), state(event.state),
    el("span", { class: "detail" },
       event.batch ? el("a", { href: link("batch", { id: event.batch }), text: event.batch }) : null,
       event.batch && event.detail ? " · " : "", printable(event.detail)))));
}

function lines(version) {
  if (version.state !== "completed") return null;
  const whole = Math.max(version.lines, 1);
  const part = (name) => {
    const bar = el("span", { class: `part ${name}` });
    bar.style.flexGrow = String(version[name] / whole);
    return version[name] > 0 ? bar : null;
  };
  return el("div", {}, el("p", { class: "equation small" },
    el("b", { text: count(version.lines) }), " lines = ", el("b", { text: count(version.rows) }), " rows + ",
    version.quarantined > 0
      ? el("a", { href: link("quarantine", { file: version.key }), text: `${count(version.quarantined)} quarantined` })
      : "0 quarantined",
    ` + ${count(version.blank)} blank`),
  el("div", { class: "parts", "aria-hidden": "true" }, part("rows"), part("quarantined"), part("blank")));
}

function actions(version, reload) {
  const key = version.key;
  if (["failed", "missing"].includes(version.state)) {
    return actionButton("Retry", async () => {
      await post("retry", { key });
      toast("It is tried again.");
      await reload();
    }, { class: "primary" });
  }
  if (version.state !== "completed") return null;
  return actionButton("Convert again", async () => {
    const report = await post("reprocess", { key });
    if (report.refused.length > 0) throw new Error(report.refused[0].reason);
    toast(`Its batch is converted again, with ${plural(report.files, "file")}; its rows are replaced.`);
    await reload();
  }, { title: "Converts its whole batch once more and replaces the rows" });
}

function card(version, newest, reload) {
  const outputs = version.outputs.map((key) => el("li", {}, el("code", { text: printable(key) })));
  return el("section", { class: "card version" },
    el("div", { class: "heading" },
       el("h2", {}, newest ? "This version" : "An older version", " ", state(version.state)),
       newest ? actions(version, reload) : null),
    el("p", { class: "soft" }, `${bytes(version.size_bytes)} · version `,
       el("code", { text: printable(version.version) }),
       version.attempts > 0 ? ` · failed in ${plural(version.attempts, "batch")}` : ""),
    version.error ? el("p", { class: "error-text" }, "Last error: ", printable(version.error)) : null,
    version.advice ? el("p", { class: "advice", text: `What to do: ${version.advice.replaceAll("`", "")}.` }) : null,
    lines(version), el("h3", { text: "Its life" }), timeline(version.events),
    outputs.length > 0 ? el("h3", { text: "Its rows and bad lines are in" }) : null,
    outputs.length > 0 ? el("ul", { class: "outputs" }, outputs) : null);
}

export async function show(box, parameters) {
  const key = parameters.get("key") ?? "";
  const versions = el("div", { class: "stack" });
  box.append(el("nav", { class: "trail", "aria-label": "Where you are" }, el("a", { href: "#/files", text: "Files" }), " / "),
             el("h1", { class: "name" }, el("bdi", { text: printable(key) })), versions);
  async function reload() {
    const life = await get("file", { key });
    versions.replaceChildren(...life.versions.map((version, index) => card(version, index === 0, reload)));
  }
  await reload();
}
