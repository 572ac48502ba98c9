// What is on its way to head office, as it is: how many, since when, how much money, and until when.

import { post, put } from "../api.js";
import { count, duration, moment, money } from "../format.js";
import { status } from "../live.js";
import { Button } from "../parts/button.js";
import { Switch } from "../parts/switch.js";
import { say } from "../parts/toast.js";
import { modeName } from "../payment_modes.js";
import { mayTurn } from "../session.js";
import { t } from "../strings.js";
import { html, useRef } from "../ui.js";

const words = t.settings.orderSync;

export function OrderSync() {
  const found = status.value;
  if (!found) return html`<section class="card"><h2>${words.title}</h2><p class="muted">${words.unknown}</p></section>`;
  const { backlog, sending, auto_sync: auto } = found;
  const turn = async () => {
    status.value = await put("/api/sync/auto-sync", { on: !auto.on });
  };
  const now = async () => {
    const { orders } = await post("/api/sync/now");
    say(words.released(orders), "good");
  };
  return html`<section class="card">
    <header>
      <h2>${words.title}</h2>
      <${Switch} label=${words.autoSync} on=${auto.on} act=${turn} why=${mayTurn() ? undefined : t.settings.askManager} />
    </header>
    <p><span class="chip ${kind(backlog)}"><i></i>${waits(backlog)}</span></p>
    <${Progress} backlog=${backlog} sending=${sending} />
    <${Facts} backlog=${backlog} sending=${sending} />
    ${stopped(sending, backlog) && html`<p class="notice">${stopped(sending, backlog)}</p>`}
    <div class="row">
      <${Button} icon="retry" act=${now}>${words.now}<//>
      ${backlog.held_back > 0 && html`<span class="muted">${words.heldBack(backlog.held_back)}</span>`}
    </div>
    ${!auto.on && html`<p class="muted">${words.autoOff}</p>`}
  </section>`;
}

const kind = ({ nothing_waits: nothing, pending }) => (pending ? "bad" : nothing ? "good" : "warn");

function waits({ nothing_waits: nothing, waiting, pending }) {
  if (nothing) return t.shell.nothingWaits;
  const said = [waiting > 0 && t.shell.waiting(waiting), pending > 0 && t.shell.pending(pending)].filter(Boolean);
  return said.length ? said.join(" · ") : t.shell.othersWait;
}

/** How much is sent of what waited, since this page has seen it wait. */
function Progress({ backlog: { waiting }, sending: { stopped_by: stopped } }) {
  const most = useRef(0);
  most.current = waiting === 0 ? 0 : Math.max(most.current, waiting);
  if (!waiting || stopped || most.current === waiting) return null;
  const sent = most.current - waiting;
  return html`<div class="stack">
    <progress aria-label=${words.title} max=${most.current} value=${sent}></progress>
    <p class="muted">${words.progress(count(sent), count(most.current))}</p>
  </div>`;
}

function Facts({ backlog, sending }) {
  const facts = {
    oldest: backlog.oldest_at && html`<time>${moment(backlog.oldest_at)}</time>`,
    done: backlog.waiting > backlog.held_back && sending.seconds_to_done !== null && duration(sending.seconds_to_done),
    others: others(backlog.others),
    ...Object.fromEntries(Object.entries(backlog.money_minor).map(([code, amount]) => [code, money(amount)])),
  };
  const shown = Object.entries(facts).filter(([, value]) => value);
  if (shown.length === 0) return null;
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div key=${name}><dt>${words.facts[name] ?? words.money(modeName(name))}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const others = (found) => Object.entries(found).filter(([, count]) => count > 0).map(([what, count]) => words.others[what]?.(count) ?? `${what}: ${count}`).join(", ");

function stopped({ stopped_by: reason, paused_until: until }, { nothing_waits: nothing }) {
  if (!reason || nothing) return "";
  return words.stopped[reason] ?? words.paused(moment(until));
}
