// What is worth a second look, by cashier: voids, approvals, oversold pieces, offline mode by hand, codes for other managers.

import { get } from "../api.js";
import { count, moment, money } from "../format.js";
import { Field } from "../parts/form.js";
import { Table } from "../parts/table.js";
import { t } from "../strings.js";
import { html, useEffect, useState } from "../ui.js";

const words = t.team;

const REPORTS = ["/api/orders/reports/exceptions", "/api/sessions/reports/by-hand", "/api/sessions/reports/codes"];

export function Exceptions() {
  const [days, setDays] = useState({ from: "", to: "" });
  const [rows, setRows] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    Promise.all(REPORTS.map((report) => get(report, days))).then(
      (found) => (setRows(together(...found.map(({ items }) => items))), setProblem("")),
      (refused) => setProblem(refused.message),
    );
  }, [days]);
  const set = (name) => (event) => setDays({ ...days, [name]: event.currentTarget.value });
  const { reportColumns: titles } = words;
  const columns = [
    { name: "who", title: titles.who, cell: (row) => row.staff_code ?? t.common.none },
    { name: "sales", title: titles.sales, kind: "amount", cell: (row) => count(row.sales) },
    { name: "voids", title: titles.voids, kind: "amount", cell: (row) => count(row.voids_asked) },
    { name: "voided", title: titles.voided, kind: "amount", cell: (row) => money(row.voided_minor) },
    { name: "approvals", title: titles.approvals, kind: "amount", cell: (row) => html`${count(row.approvals)}<p>${byAction(row)}</p>` },
    { name: "oversold", title: titles.oversold, kind: "amount", cell: (row) => count(row.oversold) },
    { name: "byHand", title: titles.byHand, kind: "amount", cell: (row) => html`${count(row.turns.length)}${row.turns.map(turned)}` },
    { name: "codes", title: titles.codes, kind: "amount", cell: (row) => html`${count(row.codes.length)}${row.codes.map(issued)}` },
  ];
  return html`<section class="card">
    <header>
      <div><h2>${words.report}</h2><p class="muted">${words.reportText}</p></div>
      <div class="filters">
        <${Field} label=${words.from} type="date" value=${days.from} onChange=${set("from")} />
        <${Field} label=${words.to} type="date" value=${days.to} onChange=${set("to")} />
      </div>
    </header>
    ${problem && html`<p class="refusal" role="alert">${problem}</p>`}
    ${rows && html`<${Table} label=${words.reportList} columns=${columns} rows=${rows} id=${(row) => row.staff_code} empty=${words.noReport} />`}
  </section>`;
}

const NOTHING_SOLD = { sales: 0, voids_asked: 0, voided_minor: 0, approvals: 0, oversold: 0, by_action: {} };

/** One row for whoever sold something, turned offline mode on by hand or issued a code for another manager. */
function together(sold, turned, codes) {
  const turns = new Map(turned.map((row) => [row.staff_code, row.turns]));
  const sellers = new Set(sold.map((row) => row.staff_code));
  const noted = new Set([...turns.keys(), ...codes.map((row) => row.issued_by)]);
  const others = [...noted].filter((code) => !sellers.has(code)).map((staff_code) => ({ ...NOTHING_SOLD, staff_code }));
  const codesBy = (code) => codes.filter((row) => row.issued_by === code);
  return [...sold, ...others].map((row) => ({ ...row, turns: turns.get(row.staff_code) ?? [], codes: codesBy(row.staff_code) }));
}

const byAction = ({ by_action: found }) => Object.entries(found).map(([action, times]) => `${times} × ${words.actions[action] ?? action}`).join(", ");
const turned = ({ at, reason }) => html`<p key=${at}>${moment(at)}: <bdi>${reason}</bdi></p>`;
const issued = ({ at, staff_code, pin_set_at }) => html`<p key=${at}>${moment(at)}: <bdi>${staff_code}</bdi>${pin_set_at && html`, ${words.codeUsed}`}</p>`;
