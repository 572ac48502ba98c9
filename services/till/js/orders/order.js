// One order: its invoice as printed, how it stands, and its way to head office.

import { download, get } from "../api.js";
import { useNews } from "../live.js";
import { money } from "../format.js";
import { Button } from "../parts/button.js";
import { ask } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { modeName } from "../payment_modes.js";
import { print } from "../print.js";
import { Receipt } from "../sell/receipt.js";
import { isManager } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";
import { Delivery } from "./delivery.js";
import { Facts } from "./facts.js";
import { Mark } from "./state.js";
import { Voiding } from "./voiding.js";

const words = t.orders;
const CHANGEABLE = new Set(["waiting", "pending"]);

export function Order({ id }) {
  const [order, setOrder] = useState(null);
  const [delivery, setDelivery] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = () => {
    get(`/api/orders/orders/${id}`).then(
      (found) => (setOrder(found), setProblem(null)),
      (refused) => setProblem(["not_found", "invalid_input"].includes(refused.code) ? words.notFound : refused.message),
    );
    get(`/api/sync/deliveries/${id}`).then(setDelivery, () => null);
  };
  useNews(["orders", "sync"], load);
  return html`<div class="office">
    <header class="office-head">
      <div class="row">
        <a class="button quiet" href="#/orders"><${Icon} name="back" />${words.back}</a>
        ${order && html`<h1>${order.document.invoice.number}<${Mark} order=${order} /></h1>`}
      </div>
      ${order && html`<${Actions} order=${order} changed=${load} />`}
    </header>
    ${problem && html`<p class="refusal" role="alert">${problem}</p>`}
    ${order &&
    html`<div class="split">
      <div>
        <${Facts} order=${order} />
        <${Payments} payments=${order.document.payments} />
        <${Delivery} delivery=${delivery} />
      </div>
      <${Receipt} order=${order} />
    </div>`}
  </div>`;
}

function Actions({ order, changed }) {
  const { order_id: id, document: paper } = order;
  const file = `${paper.invoice.number.replaceAll("/", "-")}.pdf`;
  const voidIt = async () => {
    if (await ask(Voiding, { order })) changed();
  };
  return html`<div class="row">
    ${order.state === "pending" && isManager.value && html`<a class="button main" href="#/recovery/${id}">${words.act.recovery}</a>`}
    <${Button} icon="printer" label=${words.act.copy} act=${() => print(id, "receipt")}>${t.pay.done.printReceipt}<//>
    <${Button} icon="printer" label=${words.act.copy} act=${() => print(id, "page")}>${t.pay.done.printPage}<//>
    <${Button} icon="receipt" act=${() => download(`/api/orders/orders/${id}/invoice.pdf`, file)}>${t.pay.done.pdf}<//>
    ${CHANGEABLE.has(order.state) && html`<${Button} kind="danger" act=${voidIt}>${words.act.void}<//>`}
  </div>`;
}

function Payments({ payments }) {
  return html`<section class="card">
    <h2>${words.payments.title}</h2>
    <ul class="steps">
      ${payments.map(
        (payment) => html`<li key=${payment.n} class="good">
          <span>${modeName(payment.payment_mode)} ${payment.reference && html`<span class="muted">${payment.reference}</span>`}</span>
          <strong class="amount">${money(payment.amount_minor)}</strong>
          <p>${words.payments.states[payment.status]}</p>
        </li>`,
      )}
    </ul>
  </section>`;
}
