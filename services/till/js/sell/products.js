// Products with their sizes, and what is left of each.

import { count, money } from "../format.js";
import { offline, reached } from "../live.js";
import { ask } from "../parts/dialog.js";
import { Button } from "../parts/button.js";
import { isManager } from "../session.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { addVariant } from "./adding.js";
import { CorrectProduct } from "./correct_product.js";
import { useLiveStock } from "./live_stock.js";

const FEW = 3;

export function Products({ items, cursor, problem, loaded, more, again }) {
  const leftOf = useLiveStock(items);
  if (problem) {
    return html`<div class="empty">
      <p>${reached.value ? t.sell.searchFails : problem.message}</p>
      <${Button} act=${again}>${t.common.tryAgain}<//>
    </div>`;
  }
  if (loaded && !items.length) return html`<p class="empty">${t.sell.nothingFound}</p>`;
  return html`<div class="products-scroll">
    ${offline() && html`<p class="hint stock-note">${t.sell.stockNote}</p>`}
    <div class="products">${items.map((item) => html`<${Product} key=${item.product_id} item=${item} leftOf=${leftOf} />`)}</div>
    ${cursor && html`<${Button} class="more" act=${more}>${t.sell.more}<//>`}
  </div>`;
}

function Product({ item, leftOf }) {
  const from = item.price_from_minor === item.price_to_minor ? money(item.price_from_minor) : t.sell.from(money(item.price_from_minor));
  return html`<article class="product">
    <header>
      <h2>${item.name}</h2>
      <p class="muted">${item.category}</p>
      <p class="price">${from}</p>
      ${isManager.value &&
      html`<${Button} kind="quiet" class="square correct" icon="more" label=${t.sell.correct.label(item.name)} why=${offline() && t.common.notAvailableOffline}
        act=${() => ask(CorrectProduct, { item })} />`}
    </header>
    <div class="sizes">${item.variants.map((variant) => html`<${Size} key=${variant.sku} product=${item} variant=${variant} ...${leftOf(variant)} />`)}</div>
  </article>`;
}

/** `live`: whether head office says what is left at this moment. */
function Size({ product, variant, left, live }) {
  const { size, price_minor: price } = variant;
  const name = size || t.sell.oneSize;
  const kind = left <= 0 ? "none" : left <= FEW ? "few" : "";
  return html`<${Button}
    class="size ${kind} ${live ? "live" : ""}"
    act=${() => addVariant(product, variant)}
    why=${price === null && t.sell.noPrice(product.name)}
    label=${t.sell.sizeLabel(product.name, name, count(Math.max(0, left)), live)}
  >
    <span>${name}</span><small>${left > 0 ? count(left) : t.sell.noneLeft}</small>
  <//>`;
}
