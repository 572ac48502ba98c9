// What is held here beside what head office has: asked for, followed while it runs, and read.

import { get, post } from "../api.js";
import { count, moment, money } from "../format.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { Table } from "../parts/table.js";
import { modeName } from "../payment_modes.js";
import { address } from "../router.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.settings.comparison;
const PATH = "/api/sync/reconciliations";
const RUNNING = new Set(["queued", "running"]);

/** `of`: {session_id} or {business_date}; `held`: how many orders are held here for it. */
export function Comparison({ of, held }) {
  const [job, setJob] = useState(null);
  const load = async () => {
    const { items } = await get(PATH);
    const [name, value] = Object.entries(of)[0];
    const newest = items.find((item) => item[name] === value);
    if (newest) setJob(await get(`${PATH}/${newest.reconciliation_id}`));
  };
  useNews(["sync"], () => load().catch(() => null));
  const why = held === 0 ? words.nothing : RUNNING.has(job?.status) ? words.runs : undefined;
  const compare = async () => setJob(await post(PATH, of));
  return html`<section class="card">
    <header>
      <h2>${words.title}</h2>
      <${Button} icon="retry" act=${compare} why=${why}>${words.compare}<//>
    </header>
    ${job ? html`<${Result} job=${job} />` : html`<p class="muted">${words.text}</p>`}
  </section>`;
}

function Result({ job }) {
  if (RUNNING.has(job.status)) {
    return html`<progress aria-label=${words.title} max=${job.held || 1} value=${job.compared}></progress>
      <p class="muted">${words.progress(count(job.compared), count(job.held))}</p>`;
  }
  if (job.status === "failed") return html`<p class="refusal">${job.error}</p>`;
  return html`
    <p><span class="chip ${job.found ? "bad" : "good"}"><i></i>${words.found(job.found)}</span> <span class="muted">${words.at(job.compared, moment(job.finished_at))}</span></p>
    ${job.differences.length > 0 && html`<${Differences} items=${job.differences} />`}
    ${job.claimed_payments.length > 0 && html`<h3>${words.claimed}</h3><${Claimed} items=${job.claimed_payments} />`}
    ${job.oversold.length > 0 && html`<h3>${words.oversold}</h3><${Oversold} items=${job.oversold} />`}
  `;
}

function Differences({ items }) {
  const columns = [
    { name: "what", title: words.columns.what, cell: (one) => one.text },
    { name: "here", title: words.columns.here, cell: (one) => one.here || t.common.none },
    { name: "there", title: words.columns.there, cell: (one) => one.there || t.common.none },
  ];
  const href = (one) => (one.here ? address("orders", one.order_id) : undefined);
  return html`<${Table} label=${words.differences} columns=${columns} rows=${items} id=${(one) => `${one.order_id}-${one.kind}`} href=${href} />`;
}

function Claimed({ items }) {
  const columns = [
    { name: "invoice", title: words.columns.invoice, cell: (one) => one.invoice_number },
    { name: "mode", title: words.columns.mode, cell: (one) => modeName(one.payment_mode) },
    { name: "reference", title: words.columns.reference, cell: (one) => one.reference ?? t.common.none },
    { name: "amount", title: words.columns.amount, kind: "amount", cell: (one) => money(one.amount_minor) },
  ];
  return html`<${Table} label=${words.claimed} columns=${columns} rows=${items} id=${(one) => `${one.order_id}-${one.n}`} href=${(one) => address("orders", one.order_id)} />`;
}

function Oversold({ items }) {
  const columns = [
    { name: "sku", title: words.columns.sku, cell: (one) => one.sku },
    { name: "quantity", title: words.columns.quantity, kind: "amount", cell: (one) => count(one.quantity) },
    {
      name: "orders",
      title: words.columns.orders,
      cell: (one) => one.orders.map((id, n) => html`<a key=${id} href=${address("orders", id)}>${words.order(n + 1)}</a> `),
    },
  ];
  return html`<${Table} label=${words.oversold} columns=${columns} rows=${items} id=${(one) => one.sku} />`;
}
