// Selling: find or scan on one side, the cart on the other.

import { Cart } from "../sell/cart_panel.js";
import { Finder } from "../sell/finder.js";
import { load } from "../sale/cart.js";
import { keepReckoned } from "../sale/quote.js";
import { cart } from "../sale/cart.js";
import { html, useEffect, useState } from "../ui.js";

export function Sell() {
  const [side, setSide] = useState("find");
  useEffect(() => {
    let stop = null;
    load().then(() => (stop = keepReckoned()));
    return () => stop?.();
  }, []);
  if (!cart.value) return null;
  return html`<div class="selling ${side}">
    <${Finder} />
    <${Cart} side=${side} turn=${setSide} />
  </div>`;
}
