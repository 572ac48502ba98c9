// Pay: one id, one sale, whatever happens to the answer. What was asked is kept until the store has said what became of it.

import { post } from "../api.js";
import { erase, read, write } from "../db.js";
import * as folder from "../folder.js";
import { reached } from "../live.js";
import { who } from "../session.js";
import { batch, signal } from "../ui.js";
import { renew, startAnew } from "./cart.js";
import { noteSold } from "./just_sold.js";

const ASKED = "sale.asked";
const DONE = "sale.done";
const AGAIN_MS = 1_500;
// another sale has this id, or none ever will
const ID_IS_GONE = new Set(["order_differs", "order_abandoned"]);

/** The sale that was asked for and has no answer yet; null where there is none. */
export const asked = signal(null);
/** The order that was just made, until the next sale begins. */
export const done = signal(null);
/** Why the last try was refused: a Problem, or null. */
export const refused = signal(null);

/** Finds what a reload or a power cut left behind. */
export async function recall() {
  folder.followKey().catch(() => null);
  const [sale, order] = await Promise.all([read(ASKED), read(DONE)]);
  batch(() => ((asked.value = sale ?? null), (done.value = order ?? null)));
  if (sale) await insist();
}

/** Asks for a sale; `refused` tells why it was not made. */
export async function place(sale) {
  const kept = await folder.keep(`${sale.order_id}.asked`, sale).catch(() => null);
  const whole = kept ? { ...sale, kept } : sale;
  await write(ASKED, whole);
  batch(() => ((asked.value = whole), (refused.value = null)));
  await insist();
}

/** Asks again under the same id, until there is an answer, or nobody is signed in who could ask. */
async function insist() {
  const sale = asked.value;
  while (asked.value === sale && who.value) {
    try {
      await finish(await post("/api/orders/orders", sale));
    } catch (problem) {
      if (problem.status === 401) return;
      if (!problem.unanswered) await giveBack(sale, problem);
      else await soon();
    }
  }
}

/** Gives the sale up, if the store lets go of its id and knows what was taken; one that is stored after all is done. */
export async function abandon() {
  const { order_id: id, payments } = asked.value;
  const { order } = await post(`/api/orders/orders/${id}/abandon`, { payments });
  if (order) {
    await finish(order);
    return;
  }
  await folder.keep(`${id}.not`, { code: "abandoned" }).catch(() => null);
  await renew();
  await forget();
}

export async function nextSale() {
  await erase(DONE);
  done.value = null;
}

async function finish(order) {
  if (asked.value?.order_id !== order.order_id) return;
  noteSold(asked.value.lines, order.document.invoice.number);
  await folder.keep(`${order.order_id}.done`, order).catch(() => null);
  await write(DONE, order);
  await startAnew();
  done.value = order;
  await forget();
}

async function giveBack(sale, problem) {
  if (asked.value !== sale) return;
  await folder.keep(`${sale.order_id}.not`, { code: problem.code }).catch(() => null);
  if (ID_IS_GONE.has(problem.code)) await renew();
  await forget();
  refused.value = problem;
}

async function forget() {
  await erase(ASKED);
  asked.value = null;
}

/** A moment, or less where the store begins to answer again. */
function soon() {
  return new Promise((resolve) => {
    const before = reached.value;
    const over = () => (clearTimeout(timer), stop(), resolve());
    const timer = setTimeout(() => over(), AGAIN_MS);
    const stop = reached.subscribe((now) => now && !before && over());
  });
}
