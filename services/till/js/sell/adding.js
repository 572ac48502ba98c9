// Into the cart: from a scan, from a typed code, from a product's card.

import { get } from "../api.js";
import { money } from "../format.js";
import { say } from "../parts/toast.js";
import { add } from "../sale/cart.js";
import { t } from "../strings.js";

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

export async function addVariant(product, variant) {
  await add({ sku: variant.sku, name: product.name, size: variant.size, unit_price_minor: variant.price_minor });
  say(t.sell.added(product.name, variant.size, money(variant.price_minor)));
}
