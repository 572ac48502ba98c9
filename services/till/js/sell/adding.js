// Into the cart: from a scan, from a typed code, from a product's card.

import { get } from "../api.js";
import { offline } from "../live.js";
import { say } from "../parts/toast.js";
import { add } from "../sale/cart.js";
import { nextSale } from "../sale/place.js";
import { t } from "../strings.js";
import { takeCustomer } from "./actions.js";
import { stage } from "./stage.js";

// how head office's codes of customers begin
const CUSTOMER = /^C-/;

/** What a scanner read, wherever the focus was: an article, or a customer's card. */
export async function scanned(code) {
  // the next customer's first article begins the next sale
  if (stage.value === "done") await nextSale();
  if (CUSTOMER.test(code)) await scannedCustomer(code);
  else await addCode(code);
}

/**
 * Adds what a barcode or SKU means; whether it did. `quiet`: a code that means nothing may be words of a search.
 * `orders` knows the articles itself, so that scanning needs nothing else of the store.
 */
export async function addCode(code, { quiet = false } = {}) {
  try {
    const item = await get(`/api/orders/scan/${encodeURIComponent(code)}`);
    if (item.unit_price_minor === null) {
      say(t.sell.noPrice(item.name), "bad");
      return false;
    }
    await add(item);
    return true;
  } catch (problem) {
    if (problem.unanswered) say(problem.message, "bad");
    else if (!quiet) say(t.sell.unknownCode(code), "bad");
    return false;
  }
}

export const addVariant = (product, { sku, size, price_minor: price }) => add({ sku, name: product.name, size, unit_price_minor: price });

async function scannedCustomer(code) {
  if (offline()) {
    say(t.common.notAvailableOffline, "bad");
    return;
  }
  try {
    const customer = await get(`/api/orders/customers/by-code/${encodeURIComponent(code)}`);
    await takeCustomer(customer);
    say(t.sell.customerFound(customer.name), "good");
  } catch (problem) {
    say(problem.status === 404 ? t.sell.customerUnknown(code) : problem.message, "bad");
  }
}
