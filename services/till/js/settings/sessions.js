// «All Offline Sessions»: by days and by how they ended, and as a file for whoever audits them.

import { download, get, withQuery } from "../api.js";
import { count, moment, money } from "../format.js";
import { onNews } from "../live.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/form.js";
import { Pages, usePages } from "../parts/paging.js";
import { Table } from "../parts/table.js";
import { address } from "../router.js";
import { isManager } from "../session.js";
import { t } from "../strings.js";
import { html, signal, useEffect, useRef } from "../ui.js";
import { Label } from "./label.js";

const words = t.settings.sessions;
const LIMIT = 20;
const EXPORT = "/api/sessions/exports/offline-sessions";

const filters = signal({ from: "", to: "", status: "" });

export function Sessions() {
  const wanted = filters.value;
  const load = async (cursor) => {
    const { items, cursor: next } = await get("/api/sessions/offline-sessions", { ...wanted, cursor, limit: LIMIT });
    return { items, next };
  };
  const { page, problem, again, turns } = usePages(load, JSON.stringify(wanted));
  const look = useRef(again);
  look.current = again;
  useEffect(() => onNews(["sessions"], () => look.current()), []);
  const columns = [
    { name: "started", title: words.columns.started, cell: (session) => html`<time>${moment(session.started_at)}</time>` },
    { name: "ended", title: words.columns.ended, cell: (session) => html`<time>${session.ended_at ? moment(session.ended_at) : words.goesOn}</time>` },
    { name: "by", title: words.columns.by, cell: (session) => html`${trigger(session)}${session.reason && html`<p><bdi>${session.reason}</bdi></p>`}` },
    { name: "status", title: words.columns.status, cell: (session) => html`<${Label} session=${session} />` },
    { name: "orders", title: words.columns.orders, kind: "amount", cell: (session) => count(session.orders) },
    { name: "amount", title: words.columns.amount, kind: "amount", cell: (session) => money(session.total_minor) },
  ];
  return html`<section class="card" id="sessions">
    <header><h2>${words.title}</h2>${isManager.value && html`<${Exports} wanted=${wanted} />`}</header>
    <${Filters} />
    ${problem && html`<p class="refusal" role="alert">${problem.message}</p>`}
    ${page &&
    html`<${Table}
      label=${words.title}
      columns=${columns}
      rows=${page.items}
      id=${(session) => session.session_id}
      href=${(session) => address("settings", "sessions", session.session_id)}
      empty=${Object.values(wanted).some(Boolean) ? words.none : words.noneYet}
    />`}
    <${Pages} ...${turns} />
  </section>`;
}

/** Who or what began it, and who took it over. */
function trigger({ started_by: first, takeovers }) {
  return [first, ...takeovers.map(({ by }) => by)].map((by) => by ?? words.itself).join(" → ");
}

function Filters() {
  const set = (name) => (event) => (filters.value = { ...filters.value, [name]: event.currentTarget.value });
  const { from, to, status } = filters.value;
  return html`<search class="filters">
    <${Field} label=${words.from} type="date" value=${from} max=${to || undefined} onChange=${set("from")} />
    <${Field} label=${words.to} type="date" value=${to} min=${from || undefined} onChange=${set("to")} />
    <${Field} as="select" label=${words.columns.status} value=${status} onChange=${set("status")}>
      <option value="">${words.any}</option>
      ${Object.entries(words.statuses).map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
    <//>
  </search>`;
}

function Exports({ wanted }) {
  const save = (suffix) => () => download(withQuery(`${EXPORT}.${suffix}`, wanted), `offline-sessions.${suffix}`);
  return html`<div class="row">
    <${Button} icon="receipt" act=${save("csv")}>${words.csv}<//>
    <${Button} icon="receipt" act=${save("xlsx")}>${words.xlsx}<//>
  </div>`;
}
