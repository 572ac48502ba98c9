// A correction beside the order as printed: only what may be corrected, each with what was printed.

import { get, post } from "../api.js";
import { uuid7 } from "../format.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { say } from "../parts/toast.js";
import { modeName, paymentModes } from "../payment_modes.js";
import { t } from "../strings.js";
import { html, useEffect, useState } from "../ui.js";
import { read } from "./correction.js";

const words = t.recovery.correcting;

export function Correcting({ order, parts, close }) {
  const { document: paper } = order;
  const form = useForm({
    start: { note: paper.note ?? "" },
    check: (values) => ({
      reason: !values.reason?.trim() && words.enterReason,
      phone: values.phone && !/\d{6}/.test(values.phone.replace(/\D/g, "")) && words.enterPhone,
      email: values.email && !/^[^@\s]+@[^@\s]+$/.test(values.email.trim()) && words.enterEmail,
    }),
    words: { reason: words.enterReason, lines: words.enterSku, payments: words.enterReference, contact: words.enterPhone },
    act: async (values) => {
      const correction = read(values, paper);
      if (Object.keys(correction).length === 0) throw new Error(words.nothing);
      await post(`/api/orders/orders/${order.order_id}/corrections`, { wish_id: uuid7(), reason: values.reason.trim(), ...correction });
      say(words.done, "good");
      close(true);
    },
  });
  const shown = { lines: Lines, sales_employee_code: Employee, payments: Payments, contact: Contact, note: Note };
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.title(paper.invoice.number)}
    close=${close}
    wide
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main" aria-busy=${form.busy}>${words.submit}</button>`}
  >
    <p class="refusal">${order.reason?.text}</p>
    <p class="muted">${words.text}</p>
    ${parts.map((part) => html`<${shown[part]} key=${part} form=${form} paper=${paper} />`)}
    <${Field} label=${words.reason} ...${form.bind("reason")} maxlength="120" />
    <${Refusal} text=${form.problem || form.errors.lines || form.errors.payments || form.errors.contact || ""} />
  <//></form>`;
}

const Lines = ({ form, paper }) =>
  paper.lines.filter((line) => !line.for_line).map(
    (line, n) => html`<div class="pair" key=${line.line_no}>
      <p class="printed"><bdi>${words.line(line.line_no, line.name)}</bdi><span class="muted">${words.asPrinted(line.sku)}</span></p>
      <${Field} label=${words.sku} ...${form.bind(`sku-${line.line_no}`)} maxlength="64" placeholder=${line.sku} focused=${n === 0} />
    </div>`,
  );

function Employee({ form, paper }) {
  const people = useList("/api/sessions/sales-employees");
  return html`<${Field} as="select" label=${words.employee} hint=${words.asPrinted(paper.sales_employee?.name ?? t.common.none)} ...${form.bind("employee")}>
    <option value="">${words.sameEmployee}</option>
    ${people.map(({ staff_code: code, name }) => html`<option key=${code} value=${code}>${name}</option>`)}
  <//>`;
}

function Payments({ form, paper }) {
  const modes = paymentModes.value ?? [];
  return paper.payments.map(
    ({ n, payment_mode: code, reference }) => html`<div class="pair" key=${n}>
      <${Field} as="select" label=${words.mode(n)} ...${form.bind(`mode-${n}`)}>
        <option value="">${words.sameMode(modeName(code))}</option>
        ${modes.filter((mode) => mode.code !== code).map((mode) => html`<option key=${mode.code} value=${mode.code}>${mode.name}</option>`)}
      <//>
      ${reference && html`<${Field} label=${words.reference(n)} hint=${words.asPrinted(reference)} ...${form.bind(`reference-${n}`)} maxlength="64" />`}
    </div>`,
  );
}

const Contact = ({ form, paper }) =>
  paper.customer &&
  html`<div class="pair">
    <${Field} label=${words.phone} hint=${words.asPrinted(paper.customer.phone ?? t.common.none)} ...${form.bind("phone")} inputmode="tel" maxlength="20" />
    <${Field} label=${words.email} hint=${words.asPrinted(paper.customer.email ?? t.common.none)} ...${form.bind("email")} inputmode="email" maxlength="200" />
  </div>`;

const Note = ({ form, paper }) =>
  html`<${Field} label=${words.note} hint=${words.asPrinted(paper.note || t.common.none)} ...${form.bind("note")} maxlength="200" />`;

function useList(path) {
  const [items, setItems] = useState([]);
  useEffect(() => {
    get(path).then((found) => setItems(found.items), () => null);
  }, []);
  return items;
}
