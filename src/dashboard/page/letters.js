// Dead letters: events that could not be dealt with, and putting them back into the queue.
import { get, post } from "./api.js";
import { actionButton, el, toast } from "./dom.js";
import { clock, plural, printable } from "./format.js";
import { pagedList } from "./list.js";

function card(letter, reload) {
  const redrive = actionButton("Redrive", async () => {
    await post("redrive", { id: letter.id });
    toast(`Event ${letter.id} is back in the queue.`);
    await reload();
  }, { "aria-label": `Redrive event ${letter.id}` });
  return el("li", { class: "card letter" },
    el("div", { class: "heading" },
       el("p", { class: "reason" }, el("code", { class: "code", text: `#${letter.id}` }), printable(letter.reason)),
       redrive),
    el("p", { class: "soft", text: `Given up ${clock(letter.died)}, after ${plural(letter.receive_count, "receive")}.` }),
    el("pre", { class: "raw", tabindex: "0", "aria-label": "The event" }, el("code", { text: printable(letter.body) })));
}

export async function show(box) {
  const list = pagedList({
    load: async (after) => {
      const page = await get("dead-letters", { after });
      return { items: page.letters, next: page.next };
    },
    draw: (letters) => el("ul", { class: "stack plain" }, letters.map((letter) => card(letter, list.refresh))),
    nothing: ["No dead letters", "Every event could be understood."],
  });
  const all = actionButton("Redrive all", async () => {
    const { redriven } = await post("redrive", { all: true });
    toast(`${plural(redriven, "event")} back in the queue.`);
    await list.refresh();
  });
  box.append(
    el("div", { class: "heading" }, el("h1", { text: "Dead letters" }), all),
    el("p", { class: "soft", text: "Events that are malformed, or that came again and again without success. " +
      "No file is lost by one: the scheduled listing finds files by itself. Redriven, an event is read as if it were new." }),
    list.box);
  await list.refresh();
}
