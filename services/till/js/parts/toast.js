// Short words that come by themselves and go again.

import { html, signal } from "../ui.js";

const STAY_MS = 6_000;

const toasts = signal([]);

export function say(text, kind = "plain") {
  const toast = { id: crypto.randomUUID(), text, kind };
  toasts.value = [...toasts.value, toast];
  setTimeout(() => {
    toasts.value = toasts.value.filter((other) => other !== toast);
  }, STAY_MS);
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map(({ id, text, kind }) => html`<p key=${id} class="toast ${kind}">${text}</p>`)}
  </div>`;
}
