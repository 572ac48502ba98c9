// How an order stands: what head office says, who sold it, where, to whom.

import { moment } from "../format.js";
import { address } from "../router.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { State } from "./state.js";

const words = t.orders.facts;

export function Facts({ order }) {
  const { document: paper } = order;
  const approved = [...new Set(paper.approvals.map((approval) => `${approval.approved_by}: ${approval.reason}`))];
  const session = paper.session_id && html`<a href=${address("settings", "sessions", paper.session_id)}>${words.openSession}</a>`;
  const facts = {
    state: html`<${State} order=${order} />`,
    oms: order.oms_id,
    accepted: order.accepted_at && moment(order.accepted_at),
    sold: moment(paper.placed_at),
    seller: html`<bdi>${paper.seller.name}</bdi>`,
    till: html`<bdi>${paper.till_name}</bdi>`,
    employee: paper.sales_employee && html`<bdi>${paper.sales_employee.name}</bdi>`,
    customer: paper.customer && html`<bdi>${paper.customer.name}</bdi>`,
    session,
    approved: approved.length > 0 && approved.join(" · "),
    note: paper.note && html`<bdi>${paper.note}</bdi>`,
  };
  return html`<section class="card">
    <h2>${words.title}</h2>
    ${order.reason && html`<p class="refusal">${order.reason.text}</p>`}
    <dl class="facts">
      ${Object.entries(facts).map(([name, value]) => value && html`<div key=${name}><dt>${words[name]}</dt><dd>${value}</dd></div>`)}
    </dl>
  </section>`;
}
