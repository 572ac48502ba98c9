// How far the sale at this till is: in the cart, being paid, waiting for its answer, done.

import { asked, done } from "../sale/place.js";
import { computed, effect, signal } from "../ui.js";

/** Whether the cashier is at Pay. */
export const paying = signal(false);

export const stage = computed(() => {
  if (asked.value) return "waiting";
  if (done.value) return "done";
  return paying.value ? "pay" : "cart";
});

effect(() => {
  if (done.value) paying.value = false;
});
