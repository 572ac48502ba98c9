// The tills of the store: named, renamed, retired.

import { get, put, remove } from "../api.js";
import { count, moment } from "../format.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { ask, Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { Table } from "../parts/table.js";
import { till } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.team;

export function Tills() {
  const [items, setItems] = useState(null);
  const load = () => get("/api/orders/tills").then((found) => setItems(found.items), () => null);
  useNews(["tills"], load);
  if (!items) return null;
  const over = (view) => async (one) => {
    if (await ask(view, { one })) await load();
  };
  const [rename, retire] = [over(Renaming), over(Retiring)];
  const columns = [
    { name: "name", title: words.tillColumns.name, cell: (one) => html`<bdi>${one.name}</bdi><${Standing} one=${one} />` },
    { name: "prefix", title: words.tillColumns.prefix, cell: (one) => one.prefix },
    { name: "next", title: words.tillColumns.next, kind: "amount", cell: (one) => count(one.series_next) },
    { name: "paired", title: words.tillColumns.paired, cell: (one) => words.pairedBy(one.paired_by, moment(one.paired_at)) },
    {
      name: "act",
      title: words.tillColumns.act,
      kind: "amount",
      cell: (one) =>
        one.active &&
        html`<div class="row acts">
          <${Button} act=${() => rename(one)}>${words.rename}<//>
          <${Button} kind="danger" act=${() => retire(one)}>${words.retire}<//>
        </div>`,
    },
  ];
  return html`<section class="card">
    <header><h2>${words.tills}</h2><p class="muted">${words.tillsText}</p></header>
    <${Table} label=${words.tillList} columns=${columns} rows=${items} id=${({ till_id: id }) => id} empty=${words.noTills} />
  </section>`;
}

const Standing = ({ one }) => {
  if (!one.active) return html` <span class="chip">${words.retired}</span>`;
  return one.till_id === till.value?.till_id && html` <span class="chip good">${words.thisTill}</span>`;
};

function Renaming({ one, close }) {
  const form = useForm({
    start: { name: one.name },
    check: ({ name }) => ({ name: !name.trim() && words.renaming.enterName }),
    words: { name: words.renaming.enterName },
    act: async ({ name }) => {
      await put(`/api/orders/tills/${one.till_id}`, { name: name.trim() });
      close(true);
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.renaming.title(one.name)}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main" aria-busy=${form.busy}>${t.common.save}</button>`}
  >
    <${Field} label=${words.renaming.name} ...${form.bind("name")} maxlength="60" focused />
    <${Refusal} text=${form.problem} />
  <//></form>`;
}

function Retiring({ one, close }) {
  const retire = async () => {
    await remove(`/api/orders/tills/${one.till_id}`);
    close(true);
  };
  return html`<${Sheet}
    title=${words.retiring.title(one.name)}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><${Button} kind="danger" act=${retire}>${words.retire}<//>`}
  >
    <p>${words.retiring.text}</p>
  <//>`;
}
