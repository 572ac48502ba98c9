// Payment by a link that head office sends; its reference comes when the customer has paid.

import { get, post } from "../api.js";
import { money, minor } from "../format.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/form.js";
import { cart } from "../sale/cart.js";
import { t } from "../strings.js";
import { html, useEffect, useState } from "../ui.js";

const LOOK_MS = 1_500;
const OVER = new Set(["failed", "cancelled", "expired"]);

export function OnlinePayment({ mode, n, amount, type, errors }) {
  const [intent, setIntent] = useState(null);
  const { order_id: id } = cart.value;
  const captured = intent?.status === "captured";
  // asked for before a reload, or before the store refused the sale
  useEffect(() => {
    get(`/api/orders/payment-intents/${id}/${n}`).then(setIntent, () => null);
  }, []);
  useEffect(() => {
    if (!intent || captured || OVER.has(intent.status)) return undefined;
    const timer = setTimeout(() => get(`/api/orders/payment-intents/${id}/${n}`).then(setIntent, () => setIntent({ ...intent })), LOOK_MS);
    return () => clearTimeout(timer);
  }, [intent]);
  useEffect(() => {
    if (captured) type("reference")(intent.reference ?? "");
  }, [captured]);
  const start = async () => {
    const body = { order_id: id, n, amount_minor: minor(amount), payment_mode: mode.code };
    setIntent(await post("/api/orders/payment-intents", body));
  };
  const said = !intent ? "" : captured ? t.pay.online.paid : OVER.has(intent.status) ? t.pay.online.failed : t.pay.online.waiting;
  return html`<div class="stack">
    <${Field} label=${t.pay.amount} name="amount" inputmode="decimal" focused value=${amount} error=${errors.amount} readonly=${Boolean(intent)}
      onInput=${(event) => type("amount")(event.currentTarget.value)} />
    ${!captured && html`<${Button} icon="link" act=${start}>${t.pay.online.ask(money(minor(amount)))}<//>`}
    <p role="status">${said}</p>
    ${errors.reference && html`<p class="error">${errors.reference}</p>`}
  </div>`;
}
