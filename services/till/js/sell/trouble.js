// Why the cart cannot be sold as it is, with what helps.

import { reached } from "../live.js";
import { Button } from "../parts/button.js";
import { cart, change } from "../sale/cart.js";
import { refused } from "../sale/place.js";
import { reckon, refusal } from "../sale/quote.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

export function Trouble() {
  const problem = refusal.value ?? refused.value;
  // the banner says it already
  if (!problem || (problem.unanswered && !reached.value)) return null;
  const offline = problem.code === "not_available_offline";
  return html`<div class="refusal" role="alert">
    <p>${offline ? t.sell.onlineOnly : problem.message}</p>
    ${offline && html`<${Button} act=${() => change({ coupon: null, fulfilment: "self_pickup", delivery: null, extensions: [] })}>${t.sell.withoutThem}<//>`}
    ${problem.code === "not_sellable" && html`<${Button} act=${() => drop(problem.details.skus)}>${t.sell.dropThem}<//>`}
    ${problem.code === "gstin_not_available_offline" && html`<${Button} act=${dropGstin}>${t.sell.withoutGstin}<//>`}
    ${problem.code === "not_kept" && html`<a class="button" href="#/settings">${t.pay.grantFolder}</a>`}
    ${problem.unanswered && html`<${Button} act=${reckon}>${t.common.tryAgain}<//>`}
  </div>`;
}

const dropGstin = () => change({ customer: { ...cart.value.customer, gstin: null } });

const drop = (skus) => change({ lines: cart.value.lines.filter((line) => !skus.includes(line.sku)) });
