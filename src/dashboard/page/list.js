// A long list, a page at a time: the server keeps the place, so that the millionth is as near as the
// first. Also the filters above it, which live in the address, so that a view can be sent to others.
import { el, empty, failure, setText } from "./dom.js";
import { link } from "./format.js";

// `load(after)` gives { items, next }; `draw(items)` the node that shows them.
export function pagedList({ load, draw, nothing }) {
  const body = el("div", { class: "list-body" });
  const place = el("span", { class: "soft", role: "status" });
  const trail = []; // `after` of the pages before this one
  let after = "";
  let next = "";

  const back = el("button", { type: "button", text: "Previous", onclick: () => {
    after = trail.pop();
    refresh({ up: true });
  } });
  const on = el("button", { type: "button", text: "Next", onclick: () => {
    trail.push(after);
    after = next;
    refresh({ up: true });
  } });
  const again = el("button", { type: "button", text: "Refresh", onclick: () => refresh({}) });
  const box = el("div", {}, body, el("div", { class: "pager" }, back, on, place, again));

  async function refresh({ up }) {
    try {
      const page = await load(after);
      next = page.next ?? "";
      body.replaceChildren(page.items.length > 0 ? draw(page.items) : empty(...nothing));
      setText(place, `Page ${trail.length + 1}, ${page.items.length} shown${next ? "" : ", the last"}`);
    } catch (error) {
      next = "";
      body.replaceChildren(failure(error));
      setText(place, "");
    }
    back.disabled = trail.length === 0;
    on.disabled = next === "";
    if (up) body.scrollIntoView({ block: "nearest" });
  }
  return { box, refresh: () => refresh({}) };
}

// Goes to the page with other filters.
export function filterForm(page, controls) {
  const form = el("form", { class: "filters", role: "search", autocomplete: "off" }, controls,
                  el("button", { class: "primary", type: "submit", text: "Search" }));
  const go = () => {
    const chosen = {};
    for (const control of form.elements) {
      if (!control.name) continue;
      chosen[control.name] = control.type === "checkbox" ? (control.checked ? "true" : "")
                                                         : control.value.trim();
    }
    location.hash = link(page, chosen);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  form.addEventListener("change", (event) => {
    if (event.target.type !== "search") go();
  });
  return form;
}

export function searchBox(name, label, value) {
  return el("label", { class: "field grow" }, el("span", { text: label }),
            el("input", { type: "search", name, value: value ?? "", spellcheck: "false" }));
}

export function choiceBox(name, label, options, value) {
  return el("label", { class: "field" }, el("span", { text: label }),
            el("select", { name }, options.map(([key, text]) =>
              el("option", { value: key, text, selected: key === (value ?? "") }))));
}

export function tickBox(name, label, ticked) {
  return el("label", { class: "tick" },
            el("input", { type: "checkbox", name, checked: ticked }), label);
}

// Columns are [heading, class, cell(item)]; on a phone each row becomes a card with its headings.
export function table(caption, columns, items) {
  const head = el("tr", {}, columns.map(([heading, kind]) =>
    el("th", { scope: "col", class: kind, text: heading })));
  const rows = items.map((item) => el("tr", {}, columns.map(([heading, kind, cell]) =>
    el("td", { class: kind, "data-heading": heading }, cell(item)))));
  return el("table", {}, el("caption", { class: "hidden-label", text: caption }),
            el("thead", {}, head), el("tbody", {}, rows));
}
