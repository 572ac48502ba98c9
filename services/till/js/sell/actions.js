// What can be done with the cart besides filling it.

import { get, post, put } from "../api.js";
import { missing } from "../folder.js";
import { mode, offline } from "../live.js";
import { ask } from "../parts/dialog.js";
import { say } from "../parts/toast.js";
import { cart, change, extend, isEmpty, request, startAnew, whole } from "../sale/cart.js";
import { refused } from "../sale/place.js";
import { changes, quote, reckoned, reckoning, refusal } from "../sale/quote.js";
import { who } from "../session.js";
import { t } from "../strings.js";
import { FindCustomer } from "./customer.js";
import { FindEmployee } from "./employee.js";
import { Extensions } from "./extensions.js";
import { Extras } from "./extras.js";
import { HeldCarts, Hold, lookHeld } from "./held.js";
import { Note } from "./note.js";
import { paying } from "./stage.js";

export async function chooseCustomer() {
  const customer = await ask(FindCustomer, { known: cart.value.customer });
  if (customer !== undefined) await takeCustomer(customer);
}

/** A customer for this sale; their state decides which tax the invoice holds. */
export function takeCustomer(customer) {
  const kept = customer && (({ customer_id, name, phone, email, gstin }) => ({ customer_id, name, phone, email, gstin }))(customer);
  return change({ customer: kept, place_of_supply: customer?.state_code ?? null });
}

export async function chooseEmployee() {
  const employee = await ask(FindEmployee, { chosen: cart.value.sales_employee });
  if (employee !== undefined) await change({ sales_employee: employee });
}

export async function writeNote() {
  const note = await ask(Note, { note: cart.value.note });
  if (note !== undefined) await change({ note });
}

export async function chooseExtras() {
  const extras = await ask(Extras, { cart: cart.value });
  if (extras !== undefined) await change(extras);
}

/** `name`: what the line is called, with its size. */
export async function extendLine(line, name) {
  const extensions = await ask(Extensions, { line, name });
  if (extensions !== undefined) await extend(line.sku, extensions);
}

/** Why the cart cannot be put aside or emptied; null where it can. */
export const whyStays = () => (cart.value.taken.length ? t.sell.moneyTaken : null);

export async function holdCart() {
  if (isEmpty.value) return;
  if (whyStays()) {
    say(whyStays());
    return;
  }
  const label = await ask(Hold, { suggested: cart.value.customer?.name ?? "" });
  if (label === undefined) return;
  await hold(label);
  say(t.sell.held.done(label));
  await lookHeld();
}

/** Recalled carts are quoted anew: what their articles are called and cost is shown by the new quote. */
export async function showHeld() {
  if (whyStays()) {
    say(whyStays());
    return;
  }
  const chosen = await ask(HeldCarts, { busy: !isEmpty.value });
  if (!chosen) return;
  if (!isEmpty.value) await hold(t.sell.held.putAside(who.value.name));
  const { cart: found } = await post(`/api/orders/held-carts/${chosen.order_id}/recall`);
  const { sales_employee_code: code, ...rest } = found;
  const recalled = whole(rest);
  await change({
    ...recalled,
    sales_employee: code ? { staff_code: code, name: await nameOf(code) } : null,
    lines: recalled.lines.map((line) => ({ ...line, name: line.sku, size: null, unit_price_minor: null })),
  });
  await lookHeld();
}

/** What somebody is called; their code where that is not known. */
async function nameOf(code) {
  const { items } = await get("/api/sessions/sales-employees").catch(() => ({ items: [] }));
  return items.find((person) => person.staff_code === code)?.name ?? code;
}

/** Why Pay cannot be pressed now; null where it can. */
export function whyNoPay() {
  if (isEmpty.value) return t.sell.emptyCart;
  if (mode.value?.mode === "cannot_sell") return mode.value.shown.banner.text;
  if (offline() && missing()) return missing();
  if (refusal.value) return refusal.value.message;
  if (changes.value.length) return t.sell.confirmFirst;
  if (!quote.value && !reckoning.value) return t.pay.cannotYet;
  return null;
}

export async function startPaying() {
  await reckoned();
  const why = whyNoPay();
  if (why) say(why);
  refused.value = null;
  paying.value = !why;
}

async function hold(label) {
  await put("/api/orders/held-carts", { cart: request(cart.value), label });
  await startAnew();
}
