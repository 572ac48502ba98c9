// Orders, the newest first: what was sold where, and how far it is on its way to head office.

import { get } from "../api.js";
import { moment, money } from "../format.js";
import { onNews } from "../live.js";
import { Button } from "../parts/button.js";
import { Pages, usePages } from "../parts/paging.js";
import { Table } from "../parts/table.js";
import { address } from "../router.js";
import { t } from "../strings.js";
import { html, useEffect, useRef } from "../ui.js";
import { filtered, Filters, filters, ofEverything, useTills } from "./filters.js";
import { Mark, State } from "./state.js";

const words = t.orders;
const LIMIT = 25;

export function List() {
  const tills = new Map(useTills().map(({ till_id: id, name }) => [id, name]));
  const wanted = filters.value;
  const load = (cursor) => get("/api/orders/orders", { ...wanted, cursor, limit: LIMIT });
  const { page, problem, again, turns } = usePages(load, JSON.stringify(wanted));
  const look = useRef(again);
  look.current = again;
  useEffect(() => onNews(["orders", "sync"], () => look.current()), []);
  const columns = [
    { name: "invoice", title: words.columns.invoice, cell: (order) => html`${order.invoice_number}<${Mark} order=${order} />` },
    { name: "when", title: words.columns.when, cell: (order) => html`<time>${moment(order.placed_at)}</time>` },
    { name: "where", title: words.columns.where, cell: (order) => html`<bdi>${tills.get(order.till_id) ?? t.common.none}</bdi>` },
    { name: "state", title: words.columns.state, cell: (order) => html`<${State} order=${order} />${order.reason && html`<p>${order.reason.text}</p>`}` },
    { name: "amount", title: words.columns.amount, kind: "amount", cell: (order) => money(order.total_minor) },
  ];
  return html`<div class="office">
    <header class="office-head">
      <h1>${words.title}</h1>
      ${wanted.session_id && html`<span class="row"><span class="chip warn">${words.ofSession}</span><${Button} act=${ofEverything}>${words.everyOrder}<//></span>`}
    </header>
    <${Filters} />
    ${problem && html`<p class="refusal" role="alert">${problem.message}</p>`}
    ${page &&
    html`<${Table}
      label=${words.list}
      columns=${columns}
      rows=${page.items}
      id=${(order) => order.order_id}
      href=${(order) => address("orders", order.order_id)}
      empty=${filtered() ? words.none : words.noneYet}
    />`}
    <${Pages} ...${turns} />
  </div>`;
}
