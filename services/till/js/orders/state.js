// How an order stands, in a word and a colour.

import { t } from "../strings.js";
import { html } from "../ui.js";

const KINDS = { waiting: "", synced: "good", pending: "bad", void_asked: "warn", void: "" };

export function State({ order }) {
  return html`<span class="chip ${KINDS[order.state]}"><i></i>${t.orders.states[order.state]}</span>`;
}

/** «Offline Order», for ever. */
export function Mark({ order }) {
  return order.label && html` <span class="chip mark">${order.label}</span>`;
}
