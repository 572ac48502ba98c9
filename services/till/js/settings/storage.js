// Where offline sales are kept: a folder of the edge server, and one of this till.

import { get, put } from "../api.js";
import * as folder from "../folder.js";
import { bytes, moment } from "../format.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { FolderNotice } from "../parts/folder_notice.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { isManager } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.settings.storage;

export function Storage() {
  const [grants, setGrants] = useState(null);
  const load = () => get("/api/sessions/storage-grant").then(setGrants, () => null);
  useNews(["storage"], load);
  return html`<section class="card">
    <h2>${words.title}</h2>
    ${grants && html`<${OfEdge} key=${grants.edge?.folder} grants=${grants} changed=${setGrants} />`}
    <${OfTill} />
  </section>`;
}

function OfEdge({ grants: { edge, needed_bytes: needed }, changed }) {
  const form = useForm({
    start: { folder: edge?.folder ?? "" },
    check: ({ folder: path }) => ({ folder: !path.trim().startsWith("/") && words.enterFolder }),
    words: { folder: words.enterFolder },
    act: async ({ folder: path }) => changed(await put("/api/sessions/storage-grant", { folder: path.trim() })),
  });
  return html`
    ${edge && !edge.problem && html`<p><span class="chip good">${words.keeps}</span></p><p class="muted">${words.room(bytes(edge.free_bytes), moment(edge.checked_at))}</p>`}
    ${edge?.problem && html`<p class="refusal">${words.lost(edge.folder, edge.problem)}</p>`}
    ${!edge && html`<p class="refusal">${words.none}</p>`}
    ${isManager.value &&
    html`<form class="stack" onSubmit=${form.submit} novalidate>
      <${Field} label=${words.folder} hint=${words.hint(bytes(needed))} ...${form.bind("folder")} maxlength="200" spellcheck="false" />
      <${Refusal} text=${form.problem} />
      <div><button class="button ${edge && !edge.problem ? "" : "main"}" aria-busy=${form.busy}>${words.grant}</button></div>
    </form>`}
  `;
}

function OfTill() {
  return html`
    ${folder.standing.value === "granted" && html`<p>${t.folder.kept}</p>`}
    <${FolderNotice} />
  `;
}
