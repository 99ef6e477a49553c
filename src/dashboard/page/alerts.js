// The alerts that were raised since the process began.
import { get } from "./api.js";
import { el, empty } from "./dom.js";
import { ago, printable, stamp } from "./format.js";

function card(alert) {
  return el("li", { class: "card alert" },
    el("p", { class: "reason" }, el("strong", { text: printable(alert.subject) })),
    el("p", { class: "soft" }, el("time", { datetime: alert.at, text: stamp(alert.at) }), `, ${ago(alert.at)}`),
    ...alert.body.split("\n").map((line) => el("p", { text: printable(line) })));
}

export async function show(box) {
  box.append(el("div", { class: "heading" }, el("h1", { text: "Alerts" })));
  const { since, alerts } = await get("alerts");
  box.append(el("p", { class: "soft", text: `What was told to people since ${stamp(since)}, newest first.` }),
             alerts.length > 0 ? el("ul", { class: "stack plain" }, alerts.map(card))
                               : empty("No alerts", "Nothing had to be told."));
}
