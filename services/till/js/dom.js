// Elements without markup in strings: what people and head office wrote is only ever text.

import { say as toast } from "./parts/toast.js";

export { toast };

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name in element && name !== "list") element[name] = value;
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function show(place, ...children) {
  place.replaceChildren(...children.flat().filter(Boolean));
}

export function field(label, properties) {
  const input = h("input", { autocomplete: "off", ...properties });
  return { input, element: h("label", { className: "stack" }, h("span", {}, label), input) };
}

export function table(columns, rows) {
  const cell = (tag) => (text, n) => h(tag, { className: columns[n][1] ?? "" }, text ?? "–");
  return h(
    "div",
    { className: "scroll" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, columns.map(([name], n) => cell("th")(name, n)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td"))))),
    ),
  );
}

// Runs what a button does, once at a time; what goes wrong is said beside it.
export function button(text, act, properties = {}) {
  const element = h("button", { type: "button", ...properties }, text);
  element.addEventListener("click", () => run(element, act));
  return element;
}

export async function run(element, act) {
  if (element.disabled) return;
  element.disabled = true;
  try {
    await act();
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message);
  } finally {
    element.disabled = false;
  }
}

export function form(children, submit) {
  const problem = h("p", { className: "error", role: "alert" });
  const element = h("form", { className: "stack", noValidate: true }, children, problem);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await submit();
    } catch (error) {
      problem.textContent = error.message;
    }
  });
  return element;
}
