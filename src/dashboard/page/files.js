// The files that are tracked, with search and filters.
import { get, post } from "./api.js";
import { actionButton, el, state, toast } from "./dom.js";
import { bytes, clock, count, link, plural, printable } from "./format.js";
import { choiceBox, filterForm, pagedList, searchBox, table, tickBox } from "./list.js";

const STATES = ["pending", "claimed", "processing", "completed", "failed", "missing", "superseded"];

export function fileLink(key) {
  return el("a", { class: "name", href: link("file", { key }) }, el("bdi", { text: printable(key) }));
}

const COLUMNS = (reload) => [
  ["File", "key", (file) => [fileLink(file.key),
                             file.error ? el("span", { class: "error-text", text: printable(file.error) }) : null]],
  ["State", "", (file) => state(file.state)],
  ["Batch", "", (file) => file.batch && el("a", { href: link("batch", { id: file.batch }), text: file.batch })],
  ["Size", "number", (file) => bytes(file.size_bytes)],
  ["Rows", "number", (file) => (file.state === "completed" ? count(file.rows) : "")],
  ["Bad lines", "number", (file) => (file.quarantined > 0
    ? el("a", { href: link("quarantine", { file: file.key }), text: count(file.quarantined) }) : "")],
  ["Since", "time", (file) => el("time", { datetime: file.updated, text: clock(file.updated) })],
  ["", "actions", (file) => (["failed", "missing"].includes(file.state)
    ? actionButton("Retry", async () => {
      await post("retry", { key: file.key });
      toast(`${printable(file.key)} is tried again.`);
      await reload();
    }, { "aria-label": `Retry ${printable(file.key)}` }) : "")],
];

export async function show(box, parameters) {
  const filter = {
    status: parameters.get("status") ?? "", prefix: parameters.get("prefix") ?? "",
    batch: parameters.get("batch") ?? "", quarantined: parameters.get("quarantined") ?? "",
  };
  const list = pagedList({
    load: async (after) => {
      const page = await get("files", { ...filter, after });
      return { items: page.files, next: page.next };
    },
    draw: (files) => table("Files", COLUMNS(list.refresh), files),
    nothing: ["No such files", "Names are searched from their beginning."],
  });
  const retryAll = actionButton("Retry all failed files", async () => {
    const { retried } = await post("retry", { all: true });
    toast(`${plural(retried, "file")} tried again.`);
    await list.refresh();
  });
  retryAll.hidden = filter.status !== "failed";
  const options = [["", "any state"], ...STATES.map((name) => [name, name])];
  box.append(
    el("div", { class: "heading" }, el("h1", { text: "Files" }), retryAll),
    filterForm("files", [
      searchBox("prefix", "Name begins with", filter.prefix),
      choiceBox("status", "State", options, filter.status),
      tickBox("quarantined", "with bad lines", filter.quarantined === "true"),
      filter.batch ? el("input", { type: "hidden", name: "batch", value: filter.batch }) : null,
    ]),
    filter.batch ? el("p", { class: "soft" }, `Only files of batch ${filter.batch}. `,
                      el("a", { href: "#/files", text: "Show all" })) : el("p", { hidden: true }),
    list.box);
  await list.refresh();
}
