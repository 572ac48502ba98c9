// The pages that one can go to; a page is a component that is given the rest of the address.

import { Orders } from "./pages/orders.js";
import { Recovery } from "./pages/recovery.js";
import { Sell } from "./pages/sell.js";
import { Settings } from "./pages/settings.js";
import { Team } from "./pages/team.js";
import { isManager } from "./session.js";

export const PAGES = [
  { name: "sell", icon: "bag", page: Sell },
  { name: "orders", icon: "receipt", page: Orders },
  { name: "recovery", icon: "lifebuoy", page: Recovery, manager: true },
  { name: "team", icon: "person", page: Team, manager: true },
  { name: "settings", icon: "settings", page: Settings },
];

export const visible = ({ manager }) => !manager || isManager.value;
