// How far the sale at this till is: in the cart, being paid, waiting for its answer, done.

import { asked, done } from "../sale/place.js";
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

effect(() => {
  if (done.value) batch(() => ((paying.value = false), (entered.value = null)));
});
