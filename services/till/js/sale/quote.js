// What the store reckons for the cart. The page shows what it says, and nothing of its own.

import { post } from "../api.js";
import { onNews, reached } from "../live.js";
import { batch, computed, effect, signal } from "../ui.js";
import { agree, cart, request } from "./cart.js";

/** The quote for the cart as it stands, null while it is not known. */
export const quote = signal(null);
/** Why there is none: a Problem, or null. */
export const refusal = signal(null);
export const reckoning = signal(false);

/** Prices that are not what the cashier has seen: [{sku, name, was_minor, is_minor}]. */
export const changes = computed(() => {
  const shown = new Map(cart.value?.lines.map((line) => [line.sku, line.unit_price_minor]));
  return (quote.value?.lines ?? [])
    .filter(({ sku, unit_price_minor: now }) => (shown.get(sku) ?? now) !== now)
    .map(({ sku, name, unit_price_minor: now }) => ({ sku, name, was_minor: shown.get(sku), is_minor: now }));
});

export const confirmChanges = () => agree(prices());

const prices = () => Object.fromEntries(quote.value.lines.map((line) => [line.sku, line.unit_price_minor]));

let running = null;

/** Reckons the cart, and leaves off a reckoning that is overtaken. */
export async function reckon() {
  running?.abort();
  if (!cart.value?.lines.length) {
    batch(() => ((quote.value = null), (refusal.value = null), (reckoning.value = false)));
    return;
  }
  running = new AbortController();
  const { signal: overtaken } = running;
  reckoning.value = true;
  try {
    const found = await post("/api/orders/quotes", request(cart.value), { signal: overtaken });
    take(found);
  } catch (problem) {
    if (overtaken.aborted) return;
    batch(() => ((quote.value = problem.unanswered ? quote.value : null), (refusal.value = problem), (reckoning.value = false)));
  }
}

function take(found) {
  batch(() => {
    quote.value = found;
    refusal.value = null;
    reckoning.value = false;
  });
  // a price that was not known when the line came is seen with this quote
  if (cart.value.lines.some((line) => line.unit_price_minor === null)) {
    const known = Object.fromEntries(cart.value.lines.map((line) => [line.sku, line.unit_price_minor]));
    agree(Object.fromEntries(found.lines.map((line) => [line.sku, known[line.sku] ?? line.unit_price_minor])));
  }
}

/** Waits until the cart as it stands is reckoned. */
export const reckoned = () =>
  new Promise((resolve) => {
    const stop = reckoning.subscribe((going) => going || queueMicrotask(() => (stop(), resolve())));
  });

/** Takes a quote that the store gave with a refusal. */
export const takeQuote = take;

const content = () => cart.value && JSON.stringify({ ...request(cart.value), note: "" });

/** Reckons at each change of the cart or the mode, and when the store answers again. Gives the way to stop. */
export function keepReckoned() {
  let last = null;
  const stop = effect(() => {
    const now = `${reached.value} ${content()}`;
    if (now !== last) {
      last = now;
      reckon();
    }
  });
  const deaf = onNews(["mode", "prices"], reckon);
  return () => (stop(), deaf());
}
