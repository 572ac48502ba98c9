// The way of an order to head office: every step of it, the newest first, and what people asked for meanwhile.

import { moment } from "../format.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.orders.delivery;
const KINDS = { synced: "good", pending: "bad", unknown: "warn" };
const VERDICTS = { withdrawn: "good", corrected: "good", too_late: "bad" };

export function Delivery({ delivery }) {
  return html`<section class="card">
    <header>
      <h2>${words.title}</h2>
      ${delivery && html`<span class="muted">${summary(delivery)}</span>`}
    </header>
    ${!delivery && html`<p class="muted">${words.none}</p>`}
    ${delivery &&
    html`<ol class="steps">
      ${delivery.wishes.map((wish) => html`<${Wish} key=${wish.wish_id} wish=${wish} />`)}
      ${delivery.history.map((step, n) => html`<${Step} key=${`${step.at}-${n}`} step=${step} />`)}
    </ol>`}
  </section>`;
}

function summary({ attempts, due_at: due, state }) {
  return [words.attempts(attempts), due && state !== "synced" && words.nextAt(moment(due))].filter(Boolean).join(" · ");
}

function Step({ step }) {
  const more = [step.code?.replaceAll("_", " "), step.by && words.by(step.by), step.duration_ms && words.took(step.duration_ms)];
  return html`<li class=${KINDS[step.state] ?? ""}>
    <span>${words.states[step.state]}</span><time datetime=${step.at}>${moment(step.at)}</time>
    ${more.some(Boolean) && html`<p>${more.filter(Boolean).join(" · ")}</p>`}
  </li>`;
}

function Wish({ wish }) {
  return html`<li class=${VERDICTS[wish.verdict] ?? "warn"}>
    <span>${words.wishes[wish.kind]}: ${words.verdicts[wish.verdict]}</span><time datetime=${wish.asked_at}>${moment(wish.asked_at)}</time>
    <p>${[wish.reason, wish.asked_by && words.by(wish.asked_by)].filter(Boolean).join(" · ")}</p>
  </li>`;
}
