// The invoice on paper: 80 mm from a receipt printer, or A4. The store writes it, and notes each print.

import { request } from "./api.js";
import { invoice } from "./trusted.js";

const MM = 96 / 25.4;
const ROLL_MM = 80;
const MARGIN_MM = 4;

/** @param {"receipt" | "page"} form */
export async function print(orderId, form) {
  const answer = await request("GET", `/api/orders/orders/${orderId}/invoice.html`);
  // without its head: the style there is for who opens it by itself, and the policy of this page would refuse it
  const body = (await answer.text()).replace(/^.*?<body>/s, "");
  const written = new DOMParser().parseFromString(invoice(body), "text/html");
  const paper = document.createElement("div");
  paper.className = `paper ${form}`;
  paper.lang = "en";
  paper.append(...written.body.childNodes);
  document.body.append(paper);
  const size = new CSSStyleSheet();
  size.replaceSync(form === "page" ? "@page { size: A4; margin: 16mm }" : roll(paper));
  document.adoptedStyleSheets = [size];
  addEventListener("afterprint", () => paper.remove(), { once: true });
  window.print();
}

// a roll is as long as what is printed on it
const roll = (paper) => `@page { size: ${ROLL_MM}mm ${Math.ceil(paper.scrollHeight / MM) + 2 * MARGIN_MM}mm; margin: ${MARGIN_MM}mm }`;
