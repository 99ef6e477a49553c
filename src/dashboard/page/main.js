// The frame of the page: which page is shown, who is signed in, and the pulse that keeps it live.
import { get, openSession, signIn, usePipeline } from "./api.js";
import { failure, setText, el } from "./dom.js";
import { clock } from "./format.js";
import { showHealth, showUnreachable } from "./health.js";
import * as alerts from "./alerts.js";
import * as batches from "./batches.js";
import * as file from "./file.js";
import * as files from "./files.js";
import * as letters from "./letters.js";
import * as overview from "./overview.js";
import * as quarantine from "./quarantine.js";

const PULSE_MS = 2000;
const PAGES = { overview, files, file, batches, batch: batches.one, quarantine, letters, alerts };
const TITLES = {
  overview: "Overview", files: "Files", file: "File", batches: "Batches", batch: "Batch",
  quarantine: "Quarantine", letters: "Dead letters", alerts: "Alerts",
};
const PARENTS = { file: "files", batch: "batches" };

const main = document.getElementById("main");
const health = document.getElementById("health");
const chooser = document.getElementById("pipeline");
let shown = null; // { page, update }
let latest = null;
let failedSince = null;

// "#/files?status=failed" -> ["files", parameters]
function route() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return [PAGES[path] ? path : "overview", new URLSearchParams(query ?? "")];
}

async function show({ focus }) {
  const [name, parameters] = route();
  document.title = `${TITLES[name]} · varve`;
  for (const anchor of document.querySelectorAll("#pages a")) {
    const here = anchor.dataset.page === (PARENTS[name] ?? name);
    if (here) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  health.classList.toggle("quiet", name !== "overview"); // elsewhere only the worst is told
  const box = el("div", { class: `page ${name}` });
  shown = { box, update: null };
  const mine = shown;
  main.replaceChildren(box);
  if (focus) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  try {
    mine.update = await PAGES[name].show(box, parameters);
    if (mine.update && latest) mine.update(latest);
  } catch (error) {
    box.append(failure(error));
  }
}

function badge(page, number) {
  const mark = document.querySelector(`#pages a[data-page="${page}"] .badge`);
  mark.hidden = number === 0;
  setText(mark, number > 99 ? "99+" : String(number));
}

async function pulse() {
  try {
    latest = await get("overview");
    failedSince = null;
    showHealth(health, latest);
    badge("letters", latest.queue.dead);
    badge("alerts", latest.alerts.count);
    setText(document.getElementById("updated"), `Updated ${clock(new Date().toISOString())}`);
    if (shown?.update) shown.update(latest);
  } catch (error) {
    if (error.status === 401) {
      await start();
      return;
    }
    failedSince ??= new Date().toISOString();
    showUnreachable(health, failedSince, error);
  }
}

// One at a time, and none while nobody looks.
async function keepLive() {
  for (;;) {
    if (!document.hidden) await pulse();
    await new Promise((resolve) => setTimeout(resolve, PULSE_MS));
  }
}

function askForToken() {
  const dialog = document.getElementById("sign-in");
  const form = document.getElementById("sign-in-form");
  const problem = document.getElementById("sign-in-error");
  dialog.oncancel = (event) => event.preventDefault();
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        const session = await signIn(form.elements.token.value);
        form.reset();
        dialog.close();
        resolve(session);
      } catch (error) {
        setText(problem, error.message);
      }
    };
  });
}

async function session() {
  for (;;) {
    try {
      return await openSession();
    } catch (error) {
      if (error.status === 401) return askForToken();
      failedSince ??= new Date().toISOString();
      showUnreachable(health, failedSince, error);
      await new Promise((resolve) => setTimeout(resolve, PULSE_MS));
    }
  }
}

function choosePipeline(names) {
  chooser.replaceChildren(...names.map((name) => el("option", { value: name, text: name })));
  chooser.hidden = names.length < 2;
  usePipeline(names[0]);
  chooser.onchange = () => {
    usePipeline(chooser.value);
    latest = null;
    pulse();
    show({ focus: false });
  };
}

async function start() {
  const opened = await session();
  setText(document.getElementById("version"), `varve ${opened.version}`);
  choosePipeline(opened.pipelines);
  await pulse(); // first, so that nothing has to make room for what is wrong
  await show({ focus: false });
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => show({ focus: true }));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) pulse();
});
await start();
keepLive();
