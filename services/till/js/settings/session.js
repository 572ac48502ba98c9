// One offline session: how it stands, what was sold in it, its ledger, and head office's word on it.

import { get } from "../api.js";
import { count, moment, money } from "../format.js";
import { useNews } from "../live.js";
import { ofSession } from "../orders/filters.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icons.js";
import { modeName } from "../payment_modes.js";
import { go } from "../router.js";
import { isManager } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";
import { Comparison } from "./comparison.js";
import { Label } from "./label.js";

const words = t.settings.session;

export function Session({ id }) {
  const [session, setSession] = useState(null);
  const [problem, setProblem] = useState("");
  const load = () =>
    get(`/api/sessions/offline-sessions/${id}`).then(
      (found) => (setSession(found), setProblem("")),
      (refused) => setProblem(["not_found", "invalid_input"].includes(refused.code) ? words.notFound : refused.message),
    );
  useNews(["sessions", "sync", "orders"], load);
  const orders = () => {
    ofSession(id);
    go("orders");
  };
  return html`<div class="office">
    <header class="office-head">
      <div class="row">
        <a class="button quiet" href="#/settings"><${Icon} name="back" />${words.back}</a>
        ${session && html`<h1>${words.title(moment(session.started_at))} <${Label} session=${session} /></h1>`}
      </div>
      ${session && html`<${Button} icon="receipt" act=${orders}>${words.orders}<//>`}
    </header>
    ${problem && html`<p class="refusal" role="alert">${problem}</p>`}
    ${session &&
    html`<div class="split">
      <div><${Facts} session=${session} />${isManager.value && html`<${Comparison} of=${{ session_id: id }} held=${session.orders} />`}</div>
      <${Ledger} entries=${session.ledger} />
    </div>`}
  </div>`;
}

function Facts({ session }) {
  const byMode = Object.entries(session.by_payment_mode).map(([code, amount]) => `${modeName(code)} ${money(amount)}`);
  const byState = Object.entries(session.by_state).map(([state, many]) => `${words.states[state] ?? state}: ${count(many)}`);
  const facts = {
    began: words.at(session.started_by ?? words.itself, moment(session.started_at)),
    takenOver: session.takeovers.map(({ by, at }) => words.at(by ?? words.itself, moment(at))).join(" · "),
    reason: session.reason && html`<bdi>${session.reason}</bdi>`,
    ended: session.ended_at && words.at(session.ended_by ?? words.itself, moment(session.ended_at)),
    confirmed: session.confirmed_by,
    orders: words.settled(count(session.orders), count(session.settled)),
    amount: money(session.total_minor),
    byMode: byMode.join(" · "),
    byState: byState.join(" · "),
    head: html`<code>${session.ledger_head}</code>`,
  };
  return html`<section class="card">
    <h2>${words.facts}</h2>
    <dl class="facts">${Object.entries(facts).map(([name, value]) => value && html`<div key=${name} class=${name === "head" ? "wide" : ""}><dt>${words.names[name]}</dt><dd>${value}</dd></div>`)}</dl>
  </section>`;
}

function Ledger({ entries }) {
  return html`<section class="card">
    <h2>${words.ledger}</h2>
    <ol class="steps">
      ${entries.map(
        ({ sequence, at, kind, by, reason }) => html`<li key=${sequence}>
          <span>${words.kinds[kind] ?? kind.replaceAll("_", " ")}</span><time datetime=${at}>${moment(at)}</time>
          ${(by || reason) && html`<p>${[by, reason].filter(Boolean).map((said) => html`<bdi>${said}</bdi> `)}</p>`}
        </li>`,
      )}
    </ol>
  </section>`;
}
