// Batches, newest first, and one of them.
import { get } from "./api.js";
import { el, state } from "./dom.js";
import { bytes, clock, count, link, plural, printable, stamp } from "./format.js";
import { fileLink } from "./files.js";
import { choiceBox, filterForm, pagedList, searchBox, table, tickBox } from "./list.js";

const STATES = ["claimed", "processing", "publishing", "completed", "failed"];

const rows = (batch) => batch.outputs.reduce((sum, output) => sum + output.rows, 0);
const quarantines = (batch) => batch.outputs.some((output) => output.quarantine);

const COLUMNS = [
  ["Batch", "key", (batch) => [el("a", { class: "name", href: link("batch", { id: batch.batch }), text: batch.batch }),
                               batch.error ? el("span", { class: "error-text", text: printable(batch.error) }) : null]],
  ["State", "", (batch) => state(batch.state)],
  ["Files", "number", (batch) => count(batch.files.length)],
  ["Rows", "number", (batch) => (batch.state === "completed" ? count(rows(batch)) : "")],
  ["Bad lines", "", (batch) => (quarantines(batch)
    ? el("a", { href: link("quarantine", { batch: batch.batch }), text: "show" }) : "")],
  ["Begun", "time", (batch) => el("time", { datetime: batch.created, text: clock(batch.created) })],
];

export async function show(box, parameters) {
  const filter = { status: parameters.get("status") ?? "", prefix: parameters.get("prefix") ?? "",
                   quarantined: parameters.get("quarantined") ?? "" };
  const list = pagedList({
    load: async (after) => {
      const page = await get("batches", { ...filter, after });
      return { items: page.batches, next: page.next };
    },
    draw: (batches) => table("Batches", COLUMNS, batches),
    nothing: ["No such batches", "A batch is made as soon as enough files wait, or the oldest has waited long enough."],
  });
  box.append(
    el("div", { class: "heading" }, el("h1", { text: "Batches" })),
    filterForm("batches", [
      searchBox("prefix", "Day or name, such as 2025-01-17", filter.prefix),
      choiceBox("status", "State", [["", "any state"], ...STATES.map((name) => [name, name])], filter.status),
      tickBox("quarantined", "with bad lines", filter.quarantined === "true"),
    ]),
    list.box);
  await list.refresh();
}

const OUTPUTS = [
  ["Object", "key", (output) => [el("code", { text: printable(output.key) }),
                                 output.quarantine ? el("span", { class: "soft", text: "quarantine" }) : null]],
  ["Rows", "number", (output) => (output.quarantine ? "" : count(output.rows))],
  ["Size", "number", (output) => bytes(output.size_bytes)],
  ["Hash (XXH3)", "", (output) => el("code", { class: "hash", text: output.hash })],
];

async function showOne(box, parameters) {
  const id = parameters.get("id") ?? "";
  box.append(el("nav", { class: "trail", "aria-label": "Where you are" },
                el("a", { href: "#/batches", text: "Batches" }), " / "));
  const batch = await get("batch", { id });
  box.append(
    el("div", { class: "heading" }, el("h1", {}, batch.batch, " ", state(batch.state)),
       quarantines(batch) ? el("a", { class: "button", href: link("quarantine", { batch: id }), text: "Show its bad lines" }) : null),
    el("p", { class: "soft" }, `Begun ${stamp(batch.created)}, last changed ${stamp(batch.updated)}`,
       batch.reruns > 0 ? `, converted again ${batch.reruns} times` : "", ". Manifest: ",
       el("code", { text: batch.manifest })));
  if (batch.error) box.append(el("p", { class: "error-text", text: printable(batch.error) }));
  if (batch.outputs.length > 0) {
    box.append(el("h2", { text: plural(batch.outputs.length, "output") }), table("Outputs", OUTPUTS, batch.outputs));
  }
  box.append(el("h2", { text: plural(batch.files.length, "file") }),
             el("ul", { class: "names card" }, batch.files.map((key) => el("li", {}, fileLink(key)))));
}

export const one = { show: showOne };
