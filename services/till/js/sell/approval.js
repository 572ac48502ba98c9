// A manager's word on what the cashier may not do alone.

import { post } from "../api.js";
import { uuid7 } from "../format.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { asManager, isManager, who } from "../session.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.pay.approval;

export function Approval({ orderId, needed, close }) {
  const approveAll = async (reason, bearer) => {
    for (const { action, subject, up_to } of needed) {
      const body = { approval_id: uuid7(), order_id: orderId, action, subject, up_to, asked_by: who.value.staff_code, reason };
      await post("/api/orders/approvals", body, bearer ? { bearer } : {});
    }
  };
  const form = useForm({
    start: { reason: words.reasons[0] },
    check: ({ staff_code: code, pin, reason }) => ({
      staff_code: !isManager.value && !code?.trim() && t.signIn.enterCode,
      pin: !isManager.value && !pin && t.signIn.enterPin,
      reason: !reason?.trim() && words.enterReason,
    }),
    words: { staff_code: t.signIn.enterCode, pin: t.signIn.enterPin, reason: words.enterReason },
    act: async ({ staff_code: code, pin, reason }) => {
      if (isManager.value) await approveAll(reason.trim());
      else await asManager(code.trim().toUpperCase(), pin, (bearer) => approveAll(reason.trim(), bearer));
      close(true);
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.title}
    close=${close}
    actions=${html`<${Button} act=${() => close(false)}>${t.common.cancel}<//><button class="button main" aria-busy=${form.busy}>${words.approve}</button>`}
  >
    <ul class="needed">${needed.map(({ action, subject, up_to: upTo }) => html`<li key=${action + subject}>${words.actions[action]?.(subject, upTo) ?? subject}</li>`)}</ul>
    <p class="muted">${words.text}</p>
    ${!isManager.value &&
    html`<div class="pair">
      <${Field} label=${words.managerCode} ...${form.bind("staff_code")} autocapitalize="characters" focused />
      <${Field} label=${words.pin} ...${form.bind("pin")} type="password" inputmode="numeric" />
    </div>`}
    <${Field} label=${words.reason} ...${form.bind("reason")} maxlength="120" />
    <div class="row">${words.reasons.map((text) => html`<${Button} key=${text} act=${() => form.set("reason", text)}>${text}<//>`)}</div>
    <${Refusal} text=${form.problem} />
  <//></form>`;
}
