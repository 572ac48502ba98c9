// Selling: find or scan on one side, the cart on the other; then Pay, and the invoice.

import { useNews } from "../live.js";
import { cart, load } from "../sale/cart.js";
import { done, recall } from "../sale/place.js";
import { keepReckoned } from "../sale/quote.js";
import { Cart } from "../sell/cart_panel.js";
import { Done } from "../sell/done.js";
import { Finder } from "../sell/finder.js";
import { lookHeld } from "../sell/held.js";
import { Pay } from "../sell/pay.js";
import { Receipt } from "../sell/receipt.js";
import { leave, stage } from "../sell/stage.js";
import { useKeys } from "../sell/keys.js";
import { Waiting } from "../sell/waiting.js";
import { locked } from "../session.js";
import { html, useEffect, useState } from "../ui.js";

const VIEWS = { cart: Finder, pay: Pay, waiting: Waiting };

export function Sell() {
  const [side, setSide] = useState("find");
  useEffect(() => {
    let stop = null;
    load().then(() => {
      stop = keepReckoned();
      recall();
    });
    return () => {
      stop?.();
      // who was locked out goes on where they were
      if (stage.value === "pay" && !locked.value) leave();
    };
  }, []);
  useNews(["held-carts"], lookHeld);
  useKeys();
  if (!cart.value) return null;
  if (stage.value === "done") {
    return html`<div class="selling"><${Done} order=${done.value} /><${Receipt} order=${done.value} /></div>`;
  }
  return html`<div class="selling ${side}">
    <${VIEWS[stage.value]} />
    <${Cart} side=${side} turn=${setSide} />
  </div>`;
}
