// From Pay to the answer: what is odd or needs a manager is asked, what changed is shown, and it is tried again.

import { ask, asking } from "../parts/dialog.js";
import { cart, request } from "../sale/cart.js";
import { justSold } from "../sale/just_sold.js";
import { place, refused } from "../sale/place.js";
import { confirmChanges, quote, takeQuote } from "../sale/quote.js";
import { Approval } from "./approval.js";
import { Changed } from "./changed.js";
import { SameGoods } from "./same_goods.js";
import { returnToCart } from "./stage.js";

const MOST_TRIES = 5;

/** Asks the store for the sale, with the total and the prices that the customer agreed to. */
export async function pay(total, payments) {
  // pressed twice while the cart was reckoned
  if (asking()) return;
  const agreed = Object.fromEntries(quote.value.lines.filter((line) => line.for_line === null).map((line) => [line.sku, line.unit_price_minor]));
  const sale = { ...request(cart.value), total_minor: total, agreed, payments };
  const number = justSold(sale.lines);
  if (number && !(await ask(SameGoods, { number }))) return;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    await place(sale);
    const problem = refused.value;
    if (!problem) return;
    if (problem.code !== "approval_needed") {
      await explain(problem, total);
      return;
    }
    refused.value = null;
    if (!(await ask(Approval, { orderId: sale.order_id, needed: problem.details.needed }))) return;
  }
}

async function explain(problem, total) {
  if (problem.code !== "quote_changed") return;
  refused.value = null;
  const { quote: fresh, changes } = problem.details;
  takeQuote(fresh);
  if (await ask(Changed, { was: total, fresh, changes })) await confirmChanges();
  else await returnToCart();
}
