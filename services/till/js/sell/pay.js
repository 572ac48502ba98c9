// Pay with one or several modes: what is left, what is given, what goes back.

import { money, roundMoney, typed } from "../format.js";
import { Button } from "../parts/button.js";
import { Field, Refusal } from "../parts/form.js";
import { Icon } from "../parts/icons.js";
import { Pad } from "../parts/pad.js";
import { say } from "../parts/toast.js";
import { paymentModes } from "../payment_modes.js";
import { cart, change as changeCart } from "../sale/cart.js";
import { change, entry, quick, read, sum } from "../sale/payments.js";
import { quote, reckoned, reckoning } from "../sale/quote.js";
import { t } from "../strings.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { OnlinePayment } from "./online_payment.js";
import { pay } from "./paying.js";
import { entered, leave } from "./stage.js";
import { Trouble } from "./trouble.js";

const ICONS = { cash: "cash", card: "card", upi: "phone", online: "link" };

export function Pay() {
  const modes = paymentModes.value;
  if (!modes) return html`<p class="empty">${t.pay.noModes}</p>`;
  return html`<${Paying} modes=${modes} />`;
}

function Paying({ modes }) {
  const total = quote.value?.totals.total_minor ?? 0;
  const { taken } = cart.value;
  const left = total - sum(taken);
  const current = entered.value ?? entry(modes.find((mode) => !mode.unavailable) ?? modes[0], left);
  const setTaken = (payments) => changeCart({ taken: payments });
  const setCurrent = (next) => (entered.value = typeof next === "function" ? next(entered.value ?? current) : next);
  const [errors, setErrors] = useState({});
  const form = useRef(null);

  const usable = modes.find(({ code }) => code === current.mode.code);
  // what was paid online counts in any mode
  const unavailable = usable?.kind === "online" && current.reference ? null : usable?.unavailable;
  const kinds = new Map(modes.map(({ code, kind }) => [code, kind]));
  const cash = current.mode.kind === "cash" && taken.every((payment) => kinds.get(payment.payment_mode) === "cash");
  useEffect(() => {
    if (cart.value.pays_cash !== cash) changeCart({ pays_cash: cash });
  }, [cash]);
  // an amount that nobody typed goes with what is left
  const before = useRef(left);
  useEffect(() => {
    const untouched = typed(Math.max(before.current, 0));
    setCurrent((old) => (old.amount === untouched ? { ...old, amount: typed(Math.max(left, 0)) } : old));
    before.current = left;
  }, [left]);
  useEffect(() => {
    const fields = form.current;
    (fields.querySelector("input[name=reference]") ?? fields.querySelector("input[name=amount]"))?.select();
  }, [current.mode.code, taken.length]);

  const choose = (mode) => {
    setErrors({});
    setCurrent(entry(mode, left));
  };
  const type = (name) => (value) => {
    setErrors((old) => ({ ...old, [name]: undefined }));
    setCurrent((old) => ({ ...old, [name]: value, fresh: false }));
  };
  const press = (mark) => {
    const name = current.mode.kind === "cash" ? "amount" : "reference";
    type(name)(mark === null ? current[name].slice(0, -1) : (current.fresh ? "" : current[name]) + mark);
  };
  const submit = async (event) => {
    event?.preventDefault();
    const { errors: wrong, payment } = left === 0 ? { errors: {} } : read(current, left);
    setErrors(wrong);
    if (Object.keys(wrong).length || unavailable || left < 0) return;
    await reckoned();
    if (quote.value?.totals.total_minor !== total) {
      say(t.pay.totalChanged);
      return;
    }
    if (left === 0) {
      await pay(total, taken);
      return;
    }
    if (payment.amount_minor < left) {
      await setTaken([...taken, payment]);
      // who is quick has chosen the next mode by now
      setCurrent((now) => (now === current ? entry(current.mode, left - payment.amount_minor) : now));
      return;
    }
    await pay(total, [...taken, payment]);
  };

  const { payment } = read(current, left);
  const part = payment.amount_minor < left;
  return html`<form class="pay" ref=${form} onSubmit=${submit} novalidate aria-label=${t.pay.title}>
    <h1 class="hidden">${t.pay.title}</h1>
    <header>
      <${Button} kind="quiet" icon="back" act=${leave}>${t.sell.cart}<//>
      <p class="due"><span>${taken.length ? t.pay.left : t.pay.toPay}</span><strong>${money(left)}</strong></p>
    </header>
    <div class="modes" role="radiogroup" aria-label=${t.pay.modes}>
      ${modes.map((mode) => html`<${Mode} key=${mode.code} mode=${mode} chosen=${mode.code === current.mode.code} choose=${choose} />`)}
    </div>
    ${taken.length > 0 && html`<${Taken} taken=${taken} modes=${modes} drop=${(n) => setTaken(taken.filter((_, at) => at !== n))} />`}
    <div class="entry">
      ${left > 0 && html`<${Entry} current=${current} type=${type} press=${press} errors=${errors} left=${left} n=${taken.length + 1} />`}
    </div>
    <${Refusal} text=${left < 0 ? t.pay.takenTooMuch : (unavailable ?? "")} />
    <${Trouble} />
    <button class="button main big complete" aria-busy=${reckoning.value}>
      ${part ? t.pay.addPayment(money(payment.amount_minor)) : t.pay.complete(money(total))}
    </button>
  </form>`;
}

function Mode({ mode, chosen, choose }) {
  return html`<label class="mode ${mode.unavailable ? "off" : ""}">
    <input type="radio" name="mode" checked=${chosen} disabled=${Boolean(mode.unavailable)} onChange=${() => choose(mode)} />
    <span class="mode-face"><${Icon} name=${ICONS[mode.kind]} /><span>${mode.name}</span>${mode.unavailable && html`<small>${mode.unavailable}</small>`}</span>
  </label>`;
}

function Taken({ taken, modes, drop }) {
  const names = new Map(modes.map(({ code, name }) => [code, name]));
  return html`<ul class="taken" aria-label=${t.pay.taken}>
    ${taken.map(
      (payment, n) => html`<li key=${n}>
        <${Icon} name="check" /><span>${names.get(payment.payment_mode)} <small class="muted">${payment.reference}</small></span>
        <span class="amount">${money(payment.amount_minor)}</span>
        <${Button} kind="quiet" class="square" icon="close" label=${t.common.remove} act=${() => drop(n)} />
      </li>`,
    )}
  </ul>`;
}

function Entry({ current, type, press, errors, left, n }) {
  const { mode, amount, reference } = current;
  if (mode.kind === "online") return html`<${OnlinePayment} mode=${mode} n=${n} amount=${amount} type=${type} errors=${errors} />`;
  const isCash = mode.kind === "cash";
  const { payment } = read(current, left);
  return html`
    <div class="stack">
      <${Field} label=${isCash ? t.pay.cashGiven : t.pay.amount} name="amount" inputmode="decimal" focused value=${amount} error=${errors.amount}
        onInput=${(event) => type("amount")(event.currentTarget.value)} />
      ${!isCash &&
      html`<${Field} label=${t.pay.reference[mode.kind]} hint=${t.pay.referenceHint[mode.kind]} name="reference" value=${reference} error=${errors.reference}
        inputmode=${mode.kind === "upi" ? "numeric" : "text"} autocapitalize="characters" maxlength="40" onInput=${(event) => type("reference")(event.currentTarget.value)} />`}
      ${isCash && html`<${Quick} left=${left} take=${type("amount")} />`}
      ${isCash && change(payment) > 0 && html`<p class="change"><span>${t.pay.change}</span><strong>${money(change(payment))}</strong></p>`}
      ${!isCash && html`<p class="hint">${t.pay.splitHint}</p>`}
    </div>
    <${Pad} press=${press} point=${isCash} />
  `;
}

function Quick({ left, take }) {
  return html`<div class="row">
    ${quick(left).map((given) => html`<${Button} key=${given} act=${() => take(typed(given))}>${given === left ? t.pay.exact : roundMoney(given)}<//>`)}
  </div>`;
}
