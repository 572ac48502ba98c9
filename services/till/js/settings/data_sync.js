// What head office tells this store: how much of each, how old, and what is coming.

import { get, post } from "../api.js";
import { count, moment } from "../format.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { ask, Sheet } from "../parts/dialog.js";
import { Table } from "../parts/table.js";
import { isManager } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.settings.dataSync;
const FRESHNESS = { fresh: "good", stale: "warn", too_old: "bad", never: "bad" };

export function DataSync() {
  const [found, setFound] = useState(null);
  const load = () => get("/api/catalog/data-sync").then(setFound, () => null);
  useNews(["catalog"], load);
  const now = async () => setFound(await post("/api/catalog/data-sync", {}));
  const agree = async (set) => {
    if (await ask(Agreeing, { set })) await load();
  };
  const columns = [
    { name: "what", title: words.columns.what, cell: (set) => html`${t.settings.things[set.dataset]}<${Error} set=${set} agree=${agree} />` },
    { name: "count", title: words.columns.count, kind: "amount", cell: (set) => count(set.count) },
    { name: "state", title: words.columns.state, cell: (set) => html`<${Progress} set=${set} />` },
    { name: "synced", title: words.columns.synced, cell: (set) => html`<time>${moment(set.synced_at)}</time>` },
  ];
  return html`<section class="card">
    <header><h2>${words.title}</h2><${Button} icon="retry" act=${now}>${words.now}<//></header>
    ${found && html`<${Table} label=${words.list} columns=${columns} rows=${found.datasets} id=${(set) => set.dataset} />`}
  </section>`;
}

function Progress({ set: { dataset, state, done, total, freshness } }) {
  if (state !== "syncing") return html`<span class="chip ${FRESHNESS[freshness]}">${words.freshness[freshness]}</span>`;
  return html`<progress aria-label=${words.syncing(t.settings.things[dataset])} max=${total || 1} value=${total ? done : undefined}></progress>
    <p>${words.progress(count(done), count(total))}</p>`;
}

function Error({ set, agree }) {
  if (!set.error) return null;
  const mayAgree = set.error.would_delete !== null && isManager.value;
  return html`<p class="error">${set.error.reason}</p>
    ${mayAgree && html`<${Button} act=${() => agree(set)}>${words.look}<//>`}`;
}

function Agreeing({ set, close }) {
  const agree = async () => {
    await post(`/api/catalog/data-sync/${set.dataset}/agreement`, { deletes: set.error.would_delete });
    close(true);
  };
  return html`<${Sheet}
    title=${words.agreeing.title(t.settings.things[set.dataset])}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><${Button} kind="danger" act=${agree}>${words.agreeing.agree(count(set.error.would_delete))}<//>`}
  >
    <p>${set.error.reason}</p>
    <p>${words.agreeing.text}</p>
  <//>`;
}
