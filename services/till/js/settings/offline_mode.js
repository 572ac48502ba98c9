// Offline Mode by hand: what it waits for, who may turn it, and why it is turned on.

import { get, put } from "../api.js";
import { moment } from "../format.js";
import { look, useNews } from "../live.js";
import { ask, Sheet } from "../parts/dialog.js";
import { Button } from "../parts/button.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { Switch } from "../parts/switch.js";
import { say } from "../parts/toast.js";
import { asManager, mayTurn } from "../session.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.settings.offlineMode;

export function OfflineMode() {
  const [stands, setStands] = useState(null);
  const [problem, setProblem] = useState("");
  const load = () =>
    get("/api/sessions/mode").then(
      (found) => (setStands(found), setProblem("")),
      (refused) => setProblem(refused.message),
    );
  useNews(["mode", "storage", "catalog"], load);
  const turn = async () => {
    const turned = stands.wish ? await turnOff() : await ask(TurningOn);
    if (!turned) return;
    setStands(turned);
    if (!turned.taken) say(t.shell.turningOff);
    look();
  };
  return html`<section class="card">
    <header>
      <div><h2>${words.title}</h2>${stands && html`<p class="muted">${standing(stands)}</p>`}</div>
      ${stands && html`<${Switch} label=${words.title} on=${stands.wish} act=${turn} why=${refusal(stands)} />`}
    </header>
    <${Refusal} text=${problem} />
    ${stands && html`<${Gate} stands=${stands} />`}
    <p class="muted">${words.text}</p>
  </section>`;
}

const turnOff = () => put("/api/sessions/mode", { on: false });

function standing({ mode, trigger, since, by }) {
  if (mode === "cannot_sell") return words.cannotSell;
  if (mode === "online") return words.online;
  return trigger === "manual" ? words.byHand(by, moment(since)) : words.byItself(moment(since));
}

function refusal({ wish, missing }) {
  if (!mayTurn()) return t.settings.askManager;
  return !wish && missing.length > 0 ? words.missing(names(missing)) : undefined;
}

const names = (things) => things.map((thing) => t.settings.things[thing] ?? thing).join(", ");

/** What has to be there before Offline Mode can be turned on, and what is worth a look while it is. */
function Gate({ stands: { missing, warnings } }) {
  const said = missing.length ? [html`<p class="refusal">${words.missing(names(missing))}</p>`] : [];
  return [...said, ...warnings.filter((warning) => !warning.endsWith("_missing")).map((warning) => html`<p class="notice" key=${warning}>${old(warning)}</p>`)];
}

function old(warning) {
  const [, thing, how] = /^(.*)_(too_old|stale)$/.exec(warning) ?? [null, warning, "stale"];
  return words.old[how](t.settings.things[thing] ?? thing);
}

function TurningOn({ close }) {
  const [tooOld, setTooOld] = useState("");
  const turnOn = (reason, more = {}) => put("/api/sessions/mode", { on: true, reason, ...more });
  const form = useForm({
    check: ({ reason, staff_code: code, pin }) => ({
      reason: !reason?.trim() && words.enterReason,
      staff_code: tooOld && !code?.trim() && t.signIn.enterCode,
      pin: tooOld && !pin && t.signIn.enterPin,
    }),
    words: { reason: words.enterReason, staff_code: t.signIn.enterCode, pin: t.signIn.enterPin },
    act: async ({ reason, staff_code: code, pin }) => {
      try {
        close(await (tooOld ? asManager(code.trim().toUpperCase(), pin, (token) => turnOn(reason.trim(), { manager_token: token })) : turnOn(reason.trim())));
      } catch (refused) {
        if (refused.code !== "manager_confirmation_needed") throw refused;
        setTooOld(refused.message);
      }
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.turnOn}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main" aria-busy=${form.busy}>${words.turnOn}</button>`}
  >
    <p>${words.turningOn}</p>
    <${Field} label=${words.reason} hint=${words.reasonHint} ...${form.bind("reason")} maxlength="120" focused />
    ${tooOld &&
    html`<p class="notice" role="alert">${tooOld}</p>
      <${Field} label=${t.signIn.managerCode} ...${form.bind("staff_code")} autocapitalize="characters" />
      <${Field} label=${t.signIn.pin} ...${form.bind("pin")} type="password" inputmode="numeric" />`}
    <${Refusal} text=${form.problem} />
  <//></form>`;
}
