// Orders: the list, or one of them.

import { List } from "../orders/list.js";
import { Order } from "../orders/order.js";
import { html } from "../ui.js";

export function Orders({ words: [id] }) {
  return id ? html`<${Order} key=${id} id=${id} />` : html`<${List} />`;
}
