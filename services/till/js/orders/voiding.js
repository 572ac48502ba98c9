// Voids an order: why, where the goods are, and the word of a second person.

import { post } from "../api.js";
import { money, uuid7 } from "../format.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { say } from "../parts/toast.js";
import { modeName } from "../payment_modes.js";
import { asManager, who } from "../session.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.orders.voiding;

export function Voiding({ order, close }) {
  const { order_id: id, document: paper } = order;
  const form = useForm({
    check: ({ reason, goods, staff_code: code, pin }) => ({
      reason: !reason?.trim() && words.enterReason,
      goods: !goods && words.chooseGoods,
      staff_code: !code?.trim() && t.signIn.enterCode,
      pin: !pin && t.signIn.enterPin,
    }),
    words: { reason: words.enterReason, staff_code: t.signIn.enterCode, pin: t.signIn.enterPin },
    act: async ({ reason, goods, staff_code: code, pin }) => {
      const approval = {
        approval_id: uuid7(),
        order_id: id,
        action: "void_after_print",
        subject: paper.invoice.number,
        asked_by: who.value.staff_code,
        reason: reason.trim(),
      };
      await asManager(code.trim().toUpperCase(), pin, (bearer) => post("/api/orders/approvals", approval, { bearer }));
      const wish = { wish_id: uuid7(), reason: reason.trim(), goods_back: goods === "back", approval_id: approval.approval_id };
      await post(`/api/orders/orders/${id}/void`, wish);
      say(words.done, "good");
      close(true);
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.title}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button danger" aria-busy=${form.busy}>${words.submit}</button>`}
  >
    <p>${words.text(paper.invoice.number)}</p>
    <ul>${paper.payments.map((payment) => html`<li key=${payment.n}>${modeName(payment.payment_mode)}: <strong>${money(payment.amount_minor)}</strong></li>`)}</ul>
    <${Field} label=${words.reason} hint=${words.reasonHint} ...${form.bind("reason")} maxlength="120" focused />
    <${Goods} form=${form} />
    <p class="muted">${words.second}</p>
    <div class="pair">
      <${Field} label=${words.managerCode} ...${form.bind("staff_code")} autocapitalize="characters" />
      <${Field} label=${words.pin} ...${form.bind("pin")} type="password" inputmode="numeric" />
    </div>
    <${Refusal} text=${form.problem} />
  <//></form>`;
}

function Goods({ form }) {
  const choice = (value, text) => html`<label>
    <input type="radio" name="goods" checked=${form.values.goods === value} onChange=${() => form.set("goods", value)} />
    <span>${text}</span>
  </label>`;
  return html`<fieldset class="segments" aria-invalid=${form.errors.goods ? "true" : undefined}>
    <legend>${words.goods}</legend>
    ${choice("back", words.goodsBack)}${choice("gone", words.goodsGone)}
    ${form.errors.goods && html`<p class="error">${form.errors.goods}</p>`}
  </fieldset>`;
}
