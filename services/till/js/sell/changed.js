// What has changed since the customer agreed: shown, and confirmed by the cashier.

import { money } from "../format.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

export function Changed({ was, fresh, changes, close }) {
  const names = new Map(fresh.lines.map((line) => [line.sku, line.name]));
  const row = (name, before, now) => html`<tr><td>${name}</td><td class="amount">${money(before)}</td><td class="amount"><strong>${money(now)}</strong></td></tr>`;
  const total = fresh.totals.total_minor;
  return html`<${Sheet}
    title=${t.pay.changed.title}
    close=${close}
    actions=${html`<${Button} act=${() => close(false)}>${t.common.back}<//>
      <${Button} kind="main" focused act=${() => close(true)}>${t.pay.changed.confirm(money(total))}<//>`}
  >
    <table class="changes">
      <thead><tr><td></td><th class="amount">${t.pay.changed.was}</th><th class="amount">${t.pay.changed.is}</th></tr></thead>
      <tbody>
        ${changes.map((line) => row(names.get(line.sku) ?? line.sku, line.was_minor, line.is_minor))}
        ${row(t.sell.total, was, total)}
      </tbody>
    </table>
  <//>`;
}
