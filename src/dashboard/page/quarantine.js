// Lines that could not be converted: where each is, why, and the line itself.
import { get } from "./api.js";
import { el } from "./dom.js";
import { count, link, printable } from "./format.js";
import { fileLink } from "./files.js";
import { filterForm, pagedList, searchBox } from "./list.js";

function rawOf(line) {
  if (line.raw === "") return el("p", { class: "soft", text: "The line is too long to be kept; it is in the file itself." });
  const notes = [];
  if (line.base64) notes.push("base64, since it is not UTF-8");
  if (line.cut) notes.push("only its beginning");
  return el("div", {}, el("pre", { class: "raw", tabindex: "0", "aria-label": "The line" },
                          el("code", { text: printable(line.raw) })),
            notes.length > 0 ? el("p", { class: "soft", text: notes.join("; ") }) : null);
}

function card(line) {
  return el("li", { class: "card bad-line" },
    el("p", { class: "where" }, line.file ? fileLink(line.file) : el("span", { text: "unknown file" }),
       el("span", { text: `line ${count(line.line)}` }),
       el("span", { class: "soft", text: `byte ${count(line.offset)}` }),
       el("a", { href: link("batch", { id: line.batch }), text: line.batch })),
    el("p", { class: "reason" }, line.code ? el("code", { class: "code", text: line.code }) : null,
       el("span", { text: printable(line.message) })),
    rawOf(line));
}

export async function show(box, parameters) {
  const filter = { file: parameters.get("file") ?? "", batch: parameters.get("batch") ?? "" };
  const list = pagedList({
    load: async (after) => {
      const page = await get("quarantine", { ...filter, after });
      return { items: page.lines, next: page.next };
    },
    draw: (lines) => el("ul", { class: "stack plain" }, lines.map(card)),
    nothing: ["No bad lines here", "Lines that cannot be converted are kept with their reason, and listed here."],
  });
  box.append(
    el("div", { class: "heading" }, el("h1", { text: "Quarantine" })),
    el("p", { class: "soft", text: "These lines are not in the output. Correct them and drop them into the input as a new file." }),
    filterForm("quarantine", [
      searchBox("file", "File (its whole name)", filter.file),
      filter.batch ? el("input", { type: "hidden", name: "batch", value: filter.batch }) : null,
    ]),
    filter.batch ? el("p", { class: "soft" }, `Only lines of batch ${filter.batch}. `,
                      el("a", { href: "#/quarantine", text: "Show all" })) : el("p", { hidden: true }),
    list.box);
  await list.refresh();
}
