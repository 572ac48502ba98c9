// The invoice beside a sale that is done, as the customer has it.

import { moment, money } from "../format.js";
import { modeName } from "../payment_modes.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.sell.receipt;

export function Receipt({ order }) {
  const { document: paper } = order;
  const { totals } = paper;
  const row = (name, amount, kind = "") => html`<div class="receipt-row ${kind}"><span>${name}</span><span class="amount">${money(amount)}</span></div>`;
  return html`<aside class="cart receipt" aria-label=${words.title}>
    <header class="cart-head"><h2>${words.title}</h2>${order.label && html`<span class="chip warn">${order.label}</span>`}</header>
    <div class="receipt-paper">
      <p class="muted">${paper.invoice.number} · ${moment(paper.placed_at)} · <bdi>${paper.seller.name}</bdi></p>
      ${paper.customer && html`<p><bdi>${paper.customer.name}</bdi></p>`}
      ${paper.lines.map(
        (line) => html`<div class="receipt-row" key=${line.line_no}>
          <span>${line.quantity} × ${line.name} <small class="muted">${line.size}</small></span><span class="amount">${money(line.amount_minor - line.discount_minor)}</span>
        </div>`,
      )}
      ${totals.discount_minor > 0 && row(words.discount, -totals.discount_minor, "muted")}
      ${totals.round_off_minor !== 0 && row(t.pay.roundOff, totals.round_off_minor, "muted")}
      ${row(t.sell.total, totals.total_minor, "strong")}
      ${totals.igst_minor ? row("IGST", totals.igst_minor, "muted") : [row("CGST", totals.cgst_minor, "muted"), row("SGST", totals.sgst_minor, "muted")]}
      ${paper.payments.map((payment) => row(`${modeName(payment.payment_mode)} ${payment.reference ?? ""}`, payment.tendered_minor))}
      ${paper.note && html`<p><bdi>${paper.note}</bdi></p>`}
    </div>
  </aside>`;
}
