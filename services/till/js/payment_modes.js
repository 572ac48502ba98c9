// How a sale may be paid, as the store has it in its present mode.

import { get } from "./api.js";
import { onNews } from "./live.js";
import { who } from "./session.js";
import { effect, signal } from "./ui.js";

const ORDER = ["cash", "card", "upi", "online"];

/** [{code, name, kind, unavailable}]; `unavailable` says why not, where it cannot be used now. Null before it is known. */
export const paymentModes = signal(null);

/** What people call a mode. */
export const modeName = (code) => paymentModes.value?.find((mode) => mode.code === code)?.name ?? code;

async function load() {
  if (!who.value) return;
  const found = await get("/api/orders/payment-modes").catch(() => null);
  if (found) paymentModes.value = found.items.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** Keeps them as they are, for as long as the page lives. */
export function followPaymentModes() {
  onNews(["mode", "catalog"], load);
  effect(() => {
    if (who.value) load();
  });
}
