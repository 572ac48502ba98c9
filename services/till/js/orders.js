// The orders of this store, the newest first.

import { get } from "./api.js";
import { button, field, form, h, show, table } from "./dom.js";
import { moment, money } from "./format.js";
import { invoice } from "./invoice.js";

let reload = null;

export async function open(page) {
  const search = field("Invoice number", { type: "search" });
  const list = h("section", { className: "sheet stack" });
  let cursors = [null];
  const load = async () => {
    const query = { search: search.input.value.trim(), cursor: cursors.at(-1), limit: 50 };
    const { items, next } = await get("/api/orders/orders", query);
    const turn = (to) => async () => {
      cursors = to;
      await load();
    };
    show(
      list,
      table([["Invoice"], ["When"], ["Amount", "money"], [""], ["State"], [""]], items.map((row) => line(row, page))),
      h(
        "div",
        { className: "row" },
        cursors.length > 1 && button("Newer", turn(cursors.slice(0, -1))),
        next && button("Older", turn([...cursors, next])),
      ),
    );
  };
  const seek = () => {
    cursors = [null];
    return load();
  };
  show(page, h("section", { className: "sheet" }, form([search.element], seek)), list);
  reload = () => list.isConnected && load();
  await load();
}

export function heard(note) {
  if (["orders", "sync", "everything"].includes(note.what)) reload?.();
}

function line(row, page) {
  const state = h("span", {}, row.state_text, row.reason && h("div", { className: "small faint" }, row.reason.text));
  return [
    row.invoice_number,
    moment(row.placed_at),
    money(row.total_minor),
    row.label ? h("span", { className: "tag" }, row.label) : "",
    state,
    button("Open", () => detail(row.order_id, page)),
  ];
}

async function detail(id, page) {
  const order = await get(`/api/orders/orders/${id}`);
  const back = button("Back to the orders", () => open(page), { className: "no-print" });
  show(page, back, h("section", { className: "sheet stack" }, invoice(order)));
}
