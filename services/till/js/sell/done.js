// The sale is made: its invoice, what goes back to the customer, and the next one.

import { money } from "../format.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icons.js";
import { download } from "../api.js";
import { print } from "../print.js";
import { nextSale } from "../sale/place.js";
import { listenForScans } from "../scanner.js";
import { t } from "../strings.js";
import { html, useLayoutEffect } from "../ui.js";
import { scanned } from "./adding.js";

const words = t.pay.done;

export function Done({ order }) {
  useLayoutEffect(() => listenForScans(scanned), []);
  const { document: paper, order_id: id } = order;
  const { number } = paper.invoice;
  const back = paper.payments.reduce((sum, payment) => sum + (payment.change_minor ?? 0), 0);
  const approved = [...new Set(paper.approvals.map((approval) => approval.approved_by))];
  return html`<section class="finder"><div class="outcome done">
    <${Icon} name="check" />
    <h1>${words.title}</h1>
    <p class="invoice-number">${words.invoice(number)} ${order.offline && html`<span class="chip warn">${words.offline}</span>`}</p>
    <dl class="figures">
      <div><dt>${words.total}</dt><dd>${money(paper.totals.total_minor)}</dd></div>
      ${back > 0 && html`<div class="back"><dt>${words.change}</dt><dd>${money(back)}</dd></div>`}
    </dl>
    ${order.offline && html`<p class="muted">${words.toSync}</p>`}
    ${approved.length > 0 && html`<p class="muted">${words.withManager(approved.join(", "))}</p>`}
    <div class="row">
      <${Button} icon="printer" act=${() => print(id, "receipt")}>${words.printReceipt}<//>
      <${Button} icon="printer" act=${() => print(id, "page")}>${words.printPage}<//>
      <${Button} icon="receipt" act=${() => download(`/api/orders/orders/${id}/invoice.pdf`, `${number.replaceAll("/", "-")}.pdf`)}>${words.pdf}<//>
    </div>
    <${Button} kind="main" class="big" focused act=${nextSale}>${words.newSale}<//>
  </div></section>`;
}
