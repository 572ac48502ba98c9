// The cart, who it is for, and the way to Pay.

import { money } from "../format.js";
import { offline } from "../live.js";
import { Button } from "../parts/button.js";
import { FolderNotice } from "../parts/folder_notice.js";
import { Icon } from "../parts/icons.js";
import { cart, isEmpty, pieces, setQuantity, startAnew, step } from "../sale/cart.js";
import { quote } from "../sale/quote.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";
import { chooseCustomer, chooseEmployee, chooseExtras, extendLine, holdCart, showHeld, whyStays, writeNote } from "./actions.js";
import { held } from "./held.js";
import { Key } from "./keys.js";
import { stage } from "./stage.js";
import { Sum } from "./sum.js";

const MOST = 9_999;

export function Cart({ side, turn }) {
  const open = stage.value === "cart";
  return html`<section class="cart ${open ? "" : "fixed"}" aria-label=${t.sell.cart}>
    <header class="cart-head">
      <h2>${t.sell.cart}</h2>
      <span class="muted">${t.sell.pieces(pieces.value)}</span>
      ${open && html`<${HeadActions} />`}
    </header>
    <${About} open=${open} />
    ${isEmpty.value ? html`<${Nothing} />` : html`<${Lines} open=${open} />`}
    ${!isEmpty.value && html`<${Sum} open=${open} />`}
    ${open && html`<${Button} class="turn" act=${() => turn(side === "find" ? "cart-side" : "find")}>${side === "find" ? t.sell.toCart(pieces.value) : t.sell.toFind}<//>`}
  </section>`;
}

const HeadActions = () => html`<span class="head-actions">
  ${held.value.length > 0 && html`<${Button} kind="quiet" icon="stack" label=${t.sell.held.show} act=${showHeld}>${held.value.length}<${Key} name="F10" /><//>`}
  ${!isEmpty.value && html`<${Button} kind="quiet" icon="hold" label=${t.sell.held.hold} why=${whyStays()} act=${holdCart}><span class="word">${t.sell.held.short}</span><${Key} name="F8" /><//>`}
  ${!isEmpty.value && html`<${Button} kind="quiet" class="square" icon="trash" label=${t.sell.clear} why=${whyStays()} act=${startAnew} />`}
</span>`;

/** Customer, sales employee, note, and what only head office can give. */
function About({ open }) {
  const { customer, sales_employee: employee, note } = cart.value;
  const entry = (icon, act, key, text, label, short = label) =>
    (open || text) &&
    html`<${Button} class="about ${text ? "set" : ""}" icon=${icon} label=${text ? `${label}: ${text}` : label} act=${open ? act : null} disabled=${!open}>
      <bdi>${text || short}</bdi>${open && key && html`<${Key} name=${key} />`}
    <//>`;
  return html`<div class="abouts">
    ${entry("person", chooseCustomer, "F4", customer?.name, t.people.customer)} ${entry("tag", chooseEmployee, "F6", employee?.name, t.sell.employee, t.sell.soldBy)}
    ${entry("note", writeNote, "F7", note, t.sell.note)} ${entry("truck", chooseExtras, null, extras(cart.value), t.sell.extras.short)}
  </div>`;
}

const extras = ({ coupon, fulfilment }) => [coupon, fulfilment === "delivery" && t.sell.extras.delivery].filter(Boolean).join(", ");

const Nothing = () => html`<div class="nothing">
  <div class="empty"><${Icon} name="bag" /><p>${t.sell.emptyCart}</p></div>
  <${FolderNotice} />
</div>`;

function Lines({ open }) {
  const all = quote.value?.lines ?? [];
  const known = new Set(cart.value.lines.map((line) => line.sku));
  const reckoned = new Map(all.filter((line) => line.for_line === null).map((line) => [line.sku, line]));
  const extending = (line) => all.filter(({ for_line: owner }) => owner !== null && owner === line?.line_no);
  const added = all.filter((line) => line.for_line === null && !known.has(line.sku));
  return html`<ul class="lines">
    ${cart.value.lines.map(
      (line) => html`<${Line} key=${line.sku} line=${line} reckoned=${reckoned.get(line.sku)} services=${extending(reckoned.get(line.sku))} open=${open} />`,
    )}
    ${added.map((line) => html`<li class="line added" key=${line.sku}><${Service} line=${line} /></li>`)}
  </ul>`;
}

const Service = ({ line }) => html`<span>${line.name}</span><span class="amount">${money(line.amount_minor)}</span>`;

/** What is typed stays in the field, whatever else changes meanwhile, until it is taken. */
function Quantity({ sku, name, quantity }) {
  const [typed, setTyped] = useState(null);
  const type = ({ currentTarget: { value } }) => setTyped(value === String(quantity) ? null : value);
  const take = ({ currentTarget: { value } }) => {
    const wanted = Number(value);
    if (Number.isInteger(wanted) && wanted > 0 && wanted <= MOST) setQuantity(sku, wanted);
    setTyped(null);
  };
  return html`<div class="quantity">
    <${Button} class="square" icon="minus" label=${t.sell.less(name)} act=${() => step(sku, -1)} />
    <input
      aria-label=${t.sell.quantityOf(name)}
      inputmode="numeric"
      autocomplete="off"
      value=${typed ?? quantity}
      onFocus=${(event) => event.currentTarget.select()}
      onInput=${type}
      onChange=${take}
      onBlur=${(event) => typed !== null && take(event)}
    />
    <${Button} class="square" icon="plus" label=${t.sell.oneMore(name)} act=${() => step(sku, +1)} />
  </div>`;
}

function Line({ line, reckoned, services, open }) {
  const { sku, quantity, unit_price_minor: price } = line;
  const name = reckoned?.name ?? line.name;
  const size = reckoned?.size ?? line.size;
  const whole = [name, size].filter(Boolean).join(", ");
  const current = reckoned?.quantity === quantity ? reckoned : null;
  const amount = current ? current.amount_minor - current.discount_minor : price === null ? null : price * quantity;
  return html`<li class="line">
    <div class="line-name">
      <span>${name}</span>
      <small class="muted">${[size, sku, money(reckoned?.unit_price_minor ?? price)].filter(Boolean).join(" · ")}</small>
      ${current?.discount_minor > 0 && html`<small class="saved">${t.sell.saved(money(current.discount_minor))}</small>`}
      ${current?.oversold && html`<small class="oversold">${t.sell.oversold(current.left ?? 0)}</small>`}
    </div>
    ${open &&
    html`<${Button} kind="quiet" class="square extend" icon="extend" label=${t.sell.extensions.title(whole, line.extensions)}
      why=${offline() && !line.extensions.length && t.common.notAvailableOffline} act=${() => extendLine(line, whole)} />`}
    ${open
      ? html`<${Quantity} sku=${sku} name=${name} quantity=${quantity} />`
      : html`<span class="muted">× ${quantity}</span>`}
    <span class="amount">${money(amount)}</span>
    ${services.length === 0 && line.extensions.length > 0 && html`<p class="service muted">${line.extensions.join(", ")}</p>`}
    ${services.map((service) => html`<p class="service" key=${service.sku}><${Service} line=${service} /></p>`)}
  </li>`;
}
