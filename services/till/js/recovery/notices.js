// Customers, sessions and voids that head office did not take.

import { moment } from "../format.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.recovery.notices;

export function Notices({ items }) {
  if (items.length === 0) return null;
  return html`<section class="card">
    <header><h2>${words.title}</h2><span class="muted">${words.text}</span></header>
    <ul class="steps">
      ${items.map(
        ({ kind, subject, reason_code: code, changed_at: at }) => html`<li key=${kind + subject} class="bad">
          <span>${words.kinds[kind]}</span><time datetime=${at}>${moment(at)}</time>
          <p>${code?.replaceAll("_", " ")}</p>
        </li>`,
      )}
    </ul>
  </section>`;
}
