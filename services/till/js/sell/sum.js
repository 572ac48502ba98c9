// What the cart comes to, what should be known before Pay, and Pay itself.

import { moment, money } from "../format.js";
import { Button } from "../parts/button.js";
import { cart } from "../sale/cart.js";
import { sum } from "../sale/payments.js";
import { changes, confirmChanges, quote, reckoning } from "../sale/quote.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { startPaying, whyNoPay } from "./actions.js";
import { Key } from "./keys.js";
import { Trouble } from "./trouble.js";

export function Sum({ open }) {
  const totals = quote.value?.totals;
  const why = whyNoPay();
  return html`<footer class="sum">
    ${open && html`<${Trouble} />`}
    ${open && html`<${Changes} />`}
    <${Ages} />
    ${totals?.discount_minor > 0 && html`<${Row} name=${t.sell.receipt.discount} minor=${-totals.discount_minor} />`}
    ${totals && totals.round_off_minor !== 0 && html`<${Row} name=${t.pay.roundOff} minor=${totals.round_off_minor} />`}
    <p class="sum-total ${reckoning.value ? "old" : ""}"><span>${t.sell.total}</span><strong>${money(totals?.total_minor)}</strong></p>
    ${open && cart.value.taken.length > 0 && html`<p class="sum-row"><span>${t.sell.taken(money(sum(cart.value.taken)))}</span></p>`}
    ${open && html`<${Button} kind="main" class="big" why=${why} act=${startPaying}>${t.pay.pay}<${Key} name="F9" /><//>`}
  </footer>`;
}

const Row = ({ name, minor }) => html`<p class="sum-row"><span>${name}</span><span>${money(minor)}</span></p>`;

/** Prices that changed under the cart: the cashier confirms them before Pay. */
function Changes() {
  if (!changes.value.length) return null;
  return html`<div class="notice" role="alert">
    <p>${t.sell.pricesChanged}</p>
    <ul>${changes.value.map((line) => html`<li key=${line.sku}>${line.name}: <s>${money(line.was_minor)}</s> <strong>${money(line.is_minor)}</strong></li>`)}</ul>
    <${Button} act=${confirmChanges}>${t.common.confirm}<//>
  </div>`;
}

/** How old the data are that this total stands on; nothing where they are fresh. */
function Ages() {
  const old = (quote.value?.ages ?? []).filter((age) => age.freshness !== "fresh");
  if (!old.length) return null;
  return html`<div class="ages">
    ${old.map(
      ({ dataset, freshness, as_of: at }) => html`<span class="chip ${freshness === "too_old" ? "bad" : "warn"}" key=${dataset}>
        ${t.sell.age(t.sell.datasets[dataset] ?? dataset, freshness, at && moment(at))}
      </span>`,
    )}
  </div>`;
}
