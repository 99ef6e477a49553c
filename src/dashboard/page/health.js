// The sentence on top: whether all is well; if not, what is wrong, since when, and what to do.
import { el } from "./dom.js";
import { ago, clock } from "./format.js";

const SIGNS = { fine: "✓", attention: "!", problem: "✕" };
const VIEWS = {
  files: "Show the files", batches: "Show the batches", letters: "Show the dead letters",
  quarantine: "Show the quarantine",
};
let before = "";

function part(finding, index, findings) {
  const since = finding.since ? `Since ${clock(finding.since)}, ${ago(finding.since)}. ` : "";
  const others = findings.length - 1;
  const text = el("div", { class: "health-text" },
                  el("p", { class: "sentence" }, finding.sentence, index === 0 && others > 0
                    ? el("a", { class: "more", href: "#/", text: `and ${others} more` }) : null));
  if (since || finding.advice) text.append(el("p", { class: "advice", text: since + finding.advice }));
  const view = finding.view.split("?")[0];
  return el("div", { class: `finding ${finding.level}` },
            el("span", { class: "sign", "aria-hidden": "true", text: SIGNS[finding.level] }), text,
            VIEWS[view] && el("a", { class: "button", href: `#/${finding.view}`, text: VIEWS[view] }));
}

// Drawn again only when it says something else: a focused link stays.
function draw(box, findings) {
  const now = JSON.stringify(findings.map((finding) => [finding, finding.since && ago(finding.since)]));
  if (now === before) return;
  const focused = document.activeElement?.closest?.("#health")
    ? document.activeElement.getAttribute("href") : null;
  before = now;
  box.replaceChildren(...findings.map(part));
  if (focused) box.querySelector("a")?.focus();
}

export function showHealth(box, overview) {
  draw(box, overview.health);
}

export function showUnreachable(box, since, error) {
  draw(box, [{
    level: "problem",
    sentence: error.status === 0 ? "varve run does not answer."
                                 : `The dashboard cannot be read: ${error.message}.`,
    since,
    advice: "It may have been stopped; look at its log, and start it again: it goes on where it " +
      "was. This page tries again by itself.",
    view: "",
  }]);
}
