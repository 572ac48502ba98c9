// Money that was taken for sales that were refused: given back, and noted.

import { get, post } from "../api.js";
import { moment, money } from "../format.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { ask, Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { Table } from "../parts/table.js";
import { say } from "../parts/toast.js";
import { modeName } from "../payment_modes.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.recovery.money;

export function Money() {
  const [items, setItems] = useState(null);
  const load = () => get("/api/orders/payments-without-order").then((found) => setItems(found.items), () => null);
  useNews(["orders"], load);
  if (!items) return null;
  const refund = async (payment) => {
    if (await ask(Refunding, { payment })) await load();
  };
  const columns = [
    { name: "when", title: words.columns.when, cell: (payment) => moment(payment.taken_at) },
    { name: "by", title: words.columns.by, cell: (payment) => payment.seller },
    { name: "mode", title: words.columns.mode, cell: (payment) => modeName(payment.payment_mode) },
    { name: "reference", title: words.columns.reference, cell: (payment) => payment.reference },
    { name: "amount", title: words.columns.amount, kind: "amount", cell: (payment) => money(payment.amount_minor) },
    { name: "act", title: words.columns.act, cell: (payment) => html`<${Button} act=${() => refund(payment)}>${words.refund}<//>` },
  ];
  return html`<section class="card">
    <h2>${words.title}</h2>
    ${items.length > 0 && html`<p class="muted">${words.text}</p>`}
    <${Table} label=${words.list} columns=${columns} rows=${items} id=${({ order_id: id, n }) => `${id}-${n}`} empty=${words.none} />
  </section>`;
}

function Refunding({ payment, close }) {
  const form = useForm({
    check: ({ note }) => ({ note: !note?.trim() && words.enterNote }),
    words: { note: words.enterNote },
    act: async ({ note }) => {
      await post(`/api/orders/payments-without-order/${payment.order_id}/${payment.n}/refund`, { note: note.trim() });
      say(words.done, "good");
      close(true);
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.refunding}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main" aria-busy=${form.busy}>${words.refund}</button>`}
  >
    <p>${modeName(payment.payment_mode)} ${payment.reference}: <strong>${money(payment.amount_minor)}</strong></p>
    <${Field} label=${words.note} hint=${words.noteHint} ...${form.bind("note")} maxlength="120" focused />
    <${Refusal} text=${form.problem} />
  <//></form>`;
}
