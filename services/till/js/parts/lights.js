// Three lights instead of one, and a fourth for a wrong clock: each with what to do.

import { lights, reached } from "../live.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { Menu } from "./menu.js";

const NAMES = ["till_edge", "edge_internet", "oms"];

/** The lights as this till sees them: one that reaches nobody knows nothing of what lies behind. */
export function lightsNow() {
  if (!reached.value) {
    const unknown = NAMES.slice(1).map((name) => ({ name, colour: "grey", text: "", what_to_do: "" }));
    return [{ name: "till_edge", colour: "red", ...t.shell.lostLight }, ...unknown];
  }
  return lights.value;
}

export function Lights() {
  const shown = lightsNow();
  const wrong = shown.filter(({ colour }) => colour !== "green").map(({ name }) => t.shell.lightNames[name]);
  const label = wrong.length ? t.shell.someWrong(wrong) : t.shell.allFine;
  return html`<${Menu} label="${t.shell.lights}: ${label}" button=${html`<${Dots} items=${shown} />`}>
    <${LightList} items=${shown} />
  <//>`;
}

const Dots = ({ items }) => html`<span class="dots">
  ${items.map(({ name, colour }) => html`<i key=${name} class="light ${colour}"></i>`)}
</span>`;

export function LightList({ items }) {
  return html`<ul class="lights">
    ${items.map(
      ({ name, colour, text, what_to_do: todo }) => html`<li key=${name}>
        <i class="light ${colour}"></i>
        <div>
          <strong>${t.shell.lightNames[name]}</strong> <span class="muted">${t.shell.colours[colour]}</span>
          ${text && html`<p>${text}</p>`}
          ${todo && html`<p class="muted">${todo}</p>`}
        </div>
      </li>`,
    )}
  </ul>`;
}
