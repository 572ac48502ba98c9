// Who works here: their PINs, and who is kept out.

import { get, post, put, remove } from "../api.js";
import { moment } from "../format.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { ask, Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { Table } from "../parts/table.js";
import { who } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.team;

export function Staff() {
  const [items, setItems] = useState(null);
  const load = () => get("/api/sessions/staff").then((found) => setItems(found.items), () => null);
  useNews(["staff", "catalog"], load);
  if (!items) return null;
  const issue = async (person) => {
    const code = await post("/api/sessions/codes", { staff_code: person.staff_code });
    await ask(Code, { person, code });
    await load();
  };
  const block = async (person) => {
    if (await ask(Blocking, { person })) await load();
  };
  const unblock = async (person) => {
    await remove(`/api/sessions/staff/${encodeURIComponent(person.staff_code)}/block`);
    await load();
  };
  const acts = (person) =>
    html`<div class="row acts">
      ${!person.blocked_by && person.active && html`<${Button} label=${words.issueFor(person.name)} act=${() => issue(person)}>${words.issue}<//>`}
      ${person.blocked_by && html`<${Button} act=${() => unblock(person)}>${words.unblock}<//>`}
      ${!person.blocked_by && person.staff_code !== who.value.staff_code && html`<${Button} kind="danger" act=${() => block(person)}>${words.block}<//>`}
    </div>`;
  const columns = [
    { name: "name", title: words.columns.name, cell: (person) => html`<bdi>${person.name}</bdi><${Standing} person=${person} />` },
    { name: "code", title: words.columns.code, cell: (person) => person.staff_code },
    { name: "role", title: words.columns.role, cell: (person) => html`${t.shell.roles[person.role] ?? person.role}<${Rights} person=${person} />` },
    { name: "pin", title: words.columns.pin, cell: ({ pin_set: set }) => html`<span class="chip ${set ? "good" : ""}">${set ? words.pinSet : words.noPin}</span>` },
    { name: "act", title: words.columns.act, kind: "amount", cell: acts },
  ];
  return html`<section class="card">
    <header><h2>${words.people}</h2><p class="muted">${words.peopleText}</p></header>
    <${Table} label=${words.list} columns=${columns} rows=${items} id=${({ staff_code: code }) => code} empty=${words.noPeople} />
  </section>`;
}

const Standing = ({ person }) => {
  if (person.blocked_by) return html` <span class="chip bad">${words.blocked(person.blocked_by)}</span>`;
  return person.active ? null : html` <span class="chip">${words.inactive}</span>`;
};

const Rights = ({ person }) => person.permissions.includes("offline_mode") && person.role !== "manager" && html`<p>${words.offlineMode}</p>`;

function Code({ person, code, close }) {
  return html`<${Sheet} title=${words.code.title(person.name)} close=${close} actions=${html`<${Button} kind="main" focused act=${() => close()}>${words.code.done}<//>`}>
    <p class="one-time-code">${code.code}</p>
    <p>${words.code.text}</p>
    <p class="muted">${words.code.until(moment(code.expires_at))}</p>
  <//>`;
}

function Blocking({ person, close }) {
  const form = useForm({
    check: ({ reason }) => ({ reason: !reason?.trim() && words.blocking.enterReason }),
    words: { reason: words.blocking.enterReason },
    act: async ({ reason }) => {
      await put(`/api/sessions/staff/${encodeURIComponent(person.staff_code)}/block`, { reason: reason.trim() });
      close(true);
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.blocking.title(person.name)}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button danger" aria-busy=${form.busy}>${words.block}</button>`}
  >
    <p>${words.blocking.text}</p>
    <${Field} label=${words.blocking.reason} ...${form.bind("reason")} maxlength="120" focused />
    <${Refusal} text=${form.problem} />
  <//></form>`;
}
