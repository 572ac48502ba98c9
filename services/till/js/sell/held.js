// Carts that wait, shared by all tills of the store.

import { get } from "../api.js";
import { timeOfDay } from "../format.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, useForm } from "../parts/form.js";
import { cart, load } from "../sale/cart.js";
import { t } from "../strings.js";
import { html, signal } from "../ui.js";

export const held = signal([]);

/** A cart that this till took stays at the store until it is sold, lest it be lost with the answer: here it is in hand. */
export async function lookHeld() {
  const [found] = await Promise.all([get("/api/orders/held-carts").catch(() => null), load()]);
  if (found) held.value = found.items.filter((one) => one.order_id !== cart.value.order_id);
}

export function Hold({ suggested, close }) {
  const form = useForm({
    start: { label: suggested },
    check: ({ label }) => ({ label: !label.trim() && t.sell.held.enterLabel }),
    act: async ({ label }) => close(label.trim()),
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${t.sell.held.hold}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main">${t.sell.held.hold}</button>`}
  >
    <${Field} label=${t.sell.held.label} hint=${t.sell.held.hint} ...${form.bind("label")} maxlength="60" focused />
  <//></form>`;
}

export function HeldCarts({ busy, close }) {
  return html`<${Sheet} title=${t.sell.held.title} close=${close}>
    ${busy && html`<p class="notice">${t.sell.held.busy}</p>`}
    ${held.value.length === 0 && html`<p class="muted">${t.sell.held.none}</p>`}
    <ul class="choices">
      ${held.value.map(
        (one, n) => html`<li key=${one.order_id}>
          <${Button} class="choice" focused=${n === 0} act=${() => close(one)}>
            <bdi>${one.label}</bdi>
            <span class="muted">${t.sell.pieces(one.cart.lines.reduce((sum, line) => sum + line.quantity, 0))} · ${one.held_by} · ${timeOfDay(one.held_at)}</span>
          <//>
        </li>`,
      )}
    </ul>
  <//>`;
}
