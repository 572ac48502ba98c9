// How far the sale at this till is: in the cart, being paid, waiting for its answer, done.

import { cart, change } from "../sale/cart.js";
import { asked, done, refused } from "../sale/place.js";
import { batch, computed, effect, signal } from "../ui.js";

/** Whether the cashier is at Pay. */
export const paying = signal(false);

/** The payment that is being entered: kept while the store is asked, for it may refuse the sale. Null: nothing yet. */
export const entered = signal(null);

export const stage = computed(() => {
  if (asked.value) return "waiting";
  if (done.value) return "done";
  return paying.value ? "pay" : "cart";
});

/** Back to the cart, which is rounded at Pay alone; what was entered stays, for its money may be taken. */
export async function returnToCart() {
  paying.value = false;
  if (cart.value.pays_cash) await change({ pays_cash: false });
}

/** Back to the cart, with nothing entered. */
export async function leave() {
  batch(() => ((entered.value = null), (refused.value = null)));
  await returnToCart();
}

effect(() => {
  if (done.value) batch(() => ((paying.value = false), (entered.value = null)));
});
