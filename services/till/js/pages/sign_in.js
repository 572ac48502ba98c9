// Sign-in, a first PIN, and pairing of this till by a manager.

import { Button } from "../parts/button.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { Icon } from "../parts/icons.js";
import { Pad } from "../parts/pad.js";
import { say } from "../parts/toast.js";
import { locked, pair, recent, setPin, signIn, till, tillUnknown } from "../session.js";
import { t } from "../strings.js";
import { html, useRef, useState } from "../ui.js";

const words = t.signIn;

export function SignIn() {
  const [view, setView] = useState(till.value ? "in" : "pair");
  const View = { in: WithPin, pair: Pair, pin: FirstPin }[view];
  return html`<main class="alone">
    <section class="card sign-in">
      <header class="brand"><img src="icon.svg" alt="" width="40" height="40" /><span>${till.value?.name ?? t.shell.unpaired}</span></header>
      <${View} open=${setView} />
      <footer>
        ${view !== "in" && html`<${Button} kind="quiet" act=${() => setView("in")}>${words.title}<//>`}
        ${view !== "pin" && html`<${Button} kind="quiet" act=${() => setView("pin")}>${words.setPin}<//>`}
        ${view !== "pair" && (!till.value || tillUnknown.value) && html`<${Button} kind="quiet" act=${() => setView("pair")}>${words.pair}<//>`}
      </footer>
    </section>
  </main>`;
}

function WithPin() {
  const pin = useRef(null);
  const [known, setKnown] = useState(recent.value.length > 0);
  const form = useForm({
    start: { staff_code: locked.value ?? (recent.value.length === 1 ? recent.value[0].staff_code : "") },
    check: ({ staff_code: code, pin: typed }) => ({ staff_code: !code?.trim() && words.enterCode, pin: !typed && words.enterPin }),
    words: { staff_code: words.enterCode, pin: words.enterPin },
    act: async ({ staff_code: code, pin: typed }) => {
      await signIn(code.trim().toUpperCase(), typed).catch((problem) => {
        form.set("pin", "");
        pin.current?.querySelector("input").focus();
        throw problem;
      });
    },
  });
  const pick = (code) => {
    form.set("staff_code", code);
    pin.current?.querySelector("input").focus();
  };
  const press = (digit) => form.set("pin", digit === null ? (form.values.pin ?? "").slice(0, -1) : (form.values.pin ?? "") + digit);
  return html`<form class="stack" onSubmit=${form.submit} novalidate>
    <h1>${till.value ? words.atTill(till.value.name) : words.title}</h1>
    ${locked.value && html`<p class="notice" role="status">${words.locked}</p>`}
    ${known
      ? html`<${Recent} chosen=${form.values.staff_code} pick=${pick} other=${() => setKnown(false)} />`
      : html`<${Field} label=${words.staffCode} ...${form.bind("staff_code")} autocapitalize="characters" focused />`}
    ${known && form.errors.staff_code && html`<p class="error">${form.errors.staff_code}</p>`}
    <div ref=${pin}><${Field} label=${words.pin} ...${form.bind("pin")} type="password" inputmode="none" /></div>
    <${Pad} press=${press} />
    <${Refusal} text=${form.problem} />
    <button class="button main big" aria-busy=${form.busy}>${words.submit}</button>
  </form>`;
}

function Recent({ chosen, pick, other }) {
  return html`<div class="people" role="group" aria-label=${words.recent}>
    ${recent.value.map(
      ({ staff_code: code, name }) => html`<button type="button" key=${code} class="button person-pick" aria-pressed=${chosen === code} onClick=${() => pick(code)}>
        <bdi>${name}</bdi><span class="muted">${code}</span>
      </button>`,
    )}
    <button type="button" class="button person-pick" onClick=${other}><${Icon} name="person" />${words.someoneElse}</button>
  </div>`;
}

function Pair({ open }) {
  const form = useForm({
    start: { name: "Till 1" },
    check: ({ staff_code: code, pin, name }) => ({
      staff_code: !code?.trim() && words.enterCode,
      pin: !pin && words.enterPin,
      name: !name?.trim() && words.enterName,
    }),
    words: { staff_code: words.enterCode, pin: words.enterPin, name: words.enterName },
    act: async ({ staff_code: code, pin, name }) => {
      await pair(code.trim().toUpperCase(), pin, name.trim());
      say(words.paired(name.trim()), "good");
      open("in");
    },
  });
  return html`<form class="stack" onSubmit=${form.submit} novalidate>
    <h1>${words.pair}</h1>
    <p class="muted">${words.pairText}</p>
    <${Field} label=${words.managerCode} ...${form.bind("staff_code")} autocapitalize="characters" focused />
    <${Field} label=${words.pin} ...${form.bind("pin")} type="password" inputmode="numeric" />
    <${Field} label=${words.tillName} ...${form.bind("name")} maxlength="60" />
    <${Refusal} text=${form.problem} />
    <button class="button main big" aria-busy=${form.busy}>${words.pair}</button>
  </form>`;
}

function FirstPin({ open }) {
  const form = useForm({
    check: ({ staff_code: staff, code, pin }) => ({
      staff_code: !staff?.trim() && words.enterCode,
      code: !code?.trim() && words.enterOneTime,
      pin: !/^\d{6,8}$/.test(pin ?? "") && words.enterNewPin,
    }),
    words: { staff_code: words.enterCode, code: words.enterOneTime, pin: words.enterNewPin },
    act: async ({ staff_code: staff, code, pin }) => {
      await setPin(staff.trim().toUpperCase(), code.trim(), pin);
      say(words.pinSet, "good");
      open(till.value ? "in" : "pair");
    },
  });
  return html`<form class="stack" onSubmit=${form.submit} novalidate>
    <h1>${words.setPinTitle}</h1>
    <p class="muted">${words.setPinText}</p>
    <${Field} label=${words.staffCode} ...${form.bind("staff_code")} autocapitalize="characters" focused />
    <${Field} label=${words.code} ...${form.bind("code")} autocapitalize="characters" />
    <${Field} label=${words.newPin} ...${form.bind("pin")} type="password" inputmode="numeric" />
    <${Refusal} text=${form.problem} />
    <button class="button main big" aria-busy=${form.busy}>${words.setPinSubmit}</button>
  </form>`;
}
