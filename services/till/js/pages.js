// The pages that one can go to; a page is a component that is given the rest of the address.

import * as orders from "./orders.js";
import { Sell } from "./pages/sell.js";
import { Plain } from "./pages/plain.js";
import { isManager } from "./session.js";
import * as settings from "./settings.js";
import { html } from "./ui.js";

export const PAGES = [
  { name: "sell", icon: "bag", page: Sell },
  { name: "orders", icon: "receipt", page: () => html`<${Plain} view=${orders} />` },
  { name: "settings", icon: "settings", page: () => html`<${Plain} view=${settings} />` },
];

export const visible = ({ manager }) => !manager || isManager.value;
