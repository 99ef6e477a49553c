// Building the page. Text is only ever set as text: names of files come from anybody.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Sets text only where it differs, so that screen readers are not told what did not change.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function toast(message, kind = "fine") {
  const note = el("div", { class: `toast ${kind}`, text: message });
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 8000);
}

export function empty(title, detail) {
  return el("div", { class: "empty" }, el("strong", { text: title }),
            el("span", { text: detail ?? "" }));
}

export function failure(error) {
  return el("div", { class: "empty problem", role: "alert" },
            el("strong", { text: "This could not be read" }), el("span", { text: error.message }));
}

export function state(name) {
  return el("span", { class: `state ${name}`, text: name });
}

// A button that is disabled while `action` runs, and says what went wrong.
export function actionButton(label, action, attributes = {}) {
  const button = el("button", { type: "button", ...attributes, text: label });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await action();
    } catch (error) {
      toast(error.message, "problem");
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
