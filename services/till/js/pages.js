// The pages that one can go to; a page is a component that is given the rest of the address.

import { Orders } from "./pages/orders.js";
import { Recovery } from "./pages/recovery.js";
import { Sell } from "./pages/sell.js";
import { Team } from "./pages/team.js";
import { Plain } from "./pages/plain.js";
import { isManager } from "./session.js";
import * as settings from "./settings.js";
import { html } from "./ui.js";

export const PAGES = [
  { name: "sell", icon: "bag", page: Sell },
  { name: "orders", icon: "receipt", page: Orders },
  { name: "recovery", icon: "lifebuoy", page: Recovery, manager: true },
  { name: "team", icon: "person", page: Team, manager: true },
  { name: "settings", icon: "settings", page: () => html`<${Plain} view=${settings} />` },
];

export const visible = ({ manager }) => !manager || isManager.value;
