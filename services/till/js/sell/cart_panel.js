// The cart, what it comes to, and the way to Pay.

import { money } from "../format.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icons.js";
import { cart, isEmpty, pieces, setQuantity, startAnew } from "../sale/cart.js";
import { quote, reckoning, refusal } from "../sale/quote.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

export function Cart({ side, turn }) {
  return html`<section class="cart" aria-label=${t.sell.cart}>
    <header class="cart-head">
      <h2>${t.sell.cart}</h2>
      <span class="muted">${t.sell.pieces(pieces.value)}</span>
      ${!isEmpty.value && html`<${Button} kind="quiet" icon="trash" act=${startAnew}>${t.sell.clear}<//>`}
    </header>
    ${isEmpty.value ? html`<${Nothing} />` : html`<${Lines} />`}
    ${!isEmpty.value && html`<${Sum} />`}
    <${Button} class="turn" kind="main" act=${() => turn(side === "find" ? "cart" : "find")}>${t.sell.cart}<//>
  </section>`;
}

const Nothing = () => html`<div class="empty">
  <${Icon} name="bag" />
  <p>${t.sell.emptyCart}</p>
</div>`;

function Lines() {
  const reckoned = new Map(quote.value?.lines.map((line) => [line.sku, line]));
  return html`<ul class="lines">
    ${cart.value.lines.map((line) => html`<${Line} key=${line.sku} line=${line} reckoned=${reckoned.get(line.sku)} />`)}
  </ul>`;
}

function Line({ line, reckoned }) {
  const { sku, name, size, quantity, unit_price_minor: price } = line;
  const amount = reckoned?.quantity === quantity ? reckoned.amount_minor : price === null ? null : price * quantity;
  return html`<li class="line">
    <div class="line-name">
      <span>${name}</span>
      <small class="muted">${[size, sku, money(reckoned?.unit_price_minor ?? price)].filter(Boolean).join(" · ")}</small>
    </div>
    <div class="quantity">
      <${Button} class="square" icon="minus" label=${t.sell.less(name)} act=${() => setQuantity(sku, quantity - 1)} />
      <output>${quantity}</output>
      <${Button} class="square" icon="plus" label=${t.sell.oneMore(name)} act=${() => setQuantity(sku, quantity + 1)} />
    </div>
    <span class="amount">${money(amount)}</span>
  </li>`;
}

function Sum() {
  const totals = quote.value?.totals;
  return html`<footer class="sum">
    ${refusal.value && html`<p class="refusal" role="alert">${refusal.value.message}</p>`}
    <p class="total ${reckoning.value ? "old" : ""}"><span>${t.sell.total}</span><strong>${money(totals?.total_minor)}</strong></p>
  </footer>`;
}
