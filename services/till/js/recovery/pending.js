// Orders that head office refused: why, and what a person may do about each.

import { get, post } from "../api.js";
import { moment, money } from "../format.js";
import { Voiding } from "../orders/voiding.js";
import { Button } from "../parts/button.js";
import { ask } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { Table } from "../parts/table.js";
import { say } from "../parts/toast.js";
import { address } from "../router.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { Correcting } from "./correcting.js";

const words = t.recovery;

/** `only`: the id of the one order that was asked for, where there is one. */
export function Pending({ items, only, changed }) {
  const shown = only ? items.filter(({ order_id: id }) => id === only) : items;
  if (shown.length === 0) {
    return html`<section class="card empty"><${Icon} name="check" /><strong>${words.nothing}</strong><p>${words.nothingMore}</p></section>`;
  }
  const columns = [
    { name: "invoice", title: words.columns.invoice, cell: (item) => item.invoice_number },
    { name: "since", title: words.columns.since, cell: (item) => html`<time>${moment(item.changed_at)}</time><p>${words.attempts(item.attempts)}</p>` },
    { name: "reason", title: words.columns.reason, kind: "words", cell: (item) => item.reason_text ?? words.noReason },
    { name: "amount", title: words.columns.amount, kind: "amount", cell: (item) => money(item.total_minor) },
    { name: "act", title: words.columns.act, cell: (item) => html`<${Acts} item=${item} changed=${changed} />` },
  ];
  return html`<${Table}
    label=${words.list}
    columns=${columns}
    rows=${shown}
    id=${(item) => item.order_id}
    href=${(item) => address("orders", item.order_id)}
  />`;
}

function Acts({ item, changed }) {
  const path = `/api/orders/orders/${item.order_id}`;
  const over = async (view, properties) => {
    const order = await get(path);
    if (await ask(view, { order, ...properties })) changed();
  };
  const retry = async () => {
    await post(`/api/sync/deliveries/${item.order_id}/retry`);
    say(words.sentAgain, "good");
    changed();
  };
  if (item.void_asked) return html`<span class="chip warn">${words.voidAsked}</span>`;
  return html`<div class="row acts">
    <${Button} kind="main" act=${() => over(Correcting, { parts: item.may_correct })}>${words.correct}<//>
    <${Button} act=${retry}>${words.retry}<//>
    <${Button} kind="danger" act=${() => over(Voiding)}>${t.orders.delivery.wishes.void}<//>
  </div>`;
}
