// An order as its customer sees it.

import { download } from "./api.js";
import { button, h, table } from "./dom.js";
import { moment, money } from "./format.js";

export function invoice({ document: order, label, state_text: state, order_id: id }) {
  const totals = order.totals;
  const change = order.payments.reduce((sum, payment) => sum + (payment.change_minor ?? 0), 0);
  return [
    order.mode === "offline" && h("p", {}, h("span", { className: "tag" }, "Offline")),
    h("h2", {}, `Invoice ${order.invoice.number}`),
    h("p", { className: "faint small" }, `${moment(order.placed_at)} · ${[label, state].filter(Boolean).join(" · ")}`),
    table(
      [["Article"], ["Pieces", "money"], ["Amount", "money"]],
      order.lines.map((line) => [`${line.name} ${line.size ?? ""}`, line.quantity, money(line.amount_minor)]),
    ),
    h("p", { className: "money total" }, money(totals.total_minor)),
    h(
      "p",
      { className: "money small faint" },
      `CGST ${money(totals.cgst_minor)} · SGST ${money(totals.sgst_minor)} · IGST ${money(totals.igst_minor)}`,
    ),
    change > 0 && h("p", { className: "money" }, `Change ${money(change)}`),
    h(
      "div",
      { className: "row no-print" },
      button("Print", () => window.print()),
      button("PDF", () => download(`/api/orders/orders/${id}/invoice.pdf`, `${order.invoice.number.replaceAll("/", "-")}.pdf`)),
    ),
  ];
}
