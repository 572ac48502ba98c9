// Selling: find or scan, the cart as the store reckons it, and Pay.

import { get, post } from "./api.js";
import * as folder from "./folder.js";
import { button, field, form, h, show, toast } from "./dom.js";
import { minor, moment, money, uuid7 } from "./format.js";
import { invoice } from "./invoice.js";

const SEARCH_AFTER_MS = 150;
const CART = "till.cart";

let cart = JSON.parse(localStorage.getItem(CART) ?? "null") ?? empty();
let quote = null;
let place = null;

function empty() {
  return { order_id: uuid7(), lines: [] };
}

export async function open(page) {
  const search = field("Search, or scan a barcode", { type: "search", name: "search", autofocus: true });
  const found = h("div", { className: "products" });
  place = h("section", { className: "sheet stack" });
  let timer = null;
  search.input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => find(search.input.value, found), SEARCH_AFTER_MS);
  });
  const scan = async () => {
    clearTimeout(timer);
    const item = await get("/api/catalog/lookup", { code: search.input.value.trim() });
    search.input.value = "";
    await add(item.sku);
  };
  show(
    page,
    h(
      "div",
      { className: "columns" },
      h("section", { className: "stack" }, form([search.element], scan), found),
      place,
    ),
  );
  await Promise.all([find("", found), reckon()]);
  search.input.focus();
}

export function heard(note) {
  if (note.what === "mode" && place?.isConnected && cart.lines.length) reckon();
}

async function find(words, found) {
  const { items } = await get("/api/catalog/products", { q: words, limit: 24 });
  show(found, ...items.map(product));
}

function product(item) {
  const sizes = item.variants.map((variant) =>
    button(variant.size || "One size", () => add(variant.sku), {
      title: `${variant.left} left`,
      disabled: variant.price_minor === null,
    }),
  );
  return h(
    "article",
    { className: "sheet" },
    h("strong", {}, item.name),
    h("p", { className: "faint small" }, `${money(item.price_from_minor)} · ${item.left} left`),
    h("div", { className: "sizes" }, sizes),
  );
}

async function add(sku, more = 1) {
  const known = cart.lines.find((line) => line.sku === sku);
  if (known) known.quantity += more;
  else cart.lines.push({ sku, quantity: more });
  cart.lines = cart.lines.filter((line) => line.quantity > 0);
  await reckon();
}

// The store reckons: the page shows what it says and nothing of its own.
async function reckon() {
  localStorage.setItem(CART, JSON.stringify(cart));
  quote = null;
  if (!cart.lines.length) return show(place, h("h2", {}, "Cart"), h("p", { className: "faint" }, "Nothing yet."));
  try {
    quote = await post("/api/orders/quotes", cart);
    show(place, h("h2", {}, "Cart"), ...quote.lines.map(line), ...sum());
  } catch (error) {
    const clear = button("Empty the cart", forget);
    show(place, h("h2", {}, "Cart"), h("p", { className: "error", role: "alert" }, error.message), clear);
  }
}

function line(item) {
  return h(
    "div",
    { className: "row" },
    h("div", {}, h("div", {}, item.name), h("div", { className: "faint small" }, `${item.size ?? ""} ${item.sku}`)),
    h(
      "div",
      { className: "row push" },
      button("−", () => add(item.sku, -1), { ariaLabel: `One ${item.name} less` }),
      h("span", {}, item.quantity),
      button("+", () => add(item.sku), { ariaLabel: `One ${item.name} more` }),
      h("span", { className: "money" }, money(item.amount_minor)),
    ),
  );
}

function sum() {
  const gone = Object.entries(quote.unavailable ?? {}).map(([what, why]) => `${what.replaceAll("_", " ")}: ${why}`);
  return [
    h("p", { className: "money total" }, money(quote.totals.total_minor)),
    quote.stock_note && h("p", { className: "faint small" }, quote.stock_note),
    ...quote.ages.filter((age) => age.freshness !== "fresh").map(old),
    gone.length > 0 && h("p", { className: "faint small" }, gone.join(" · ")),
    button("Pay", pay, { className: "main" }),
    button("Empty the cart", forget),
  ];
}

function old(age) {
  const from = age.as_of ? `as of ${moment(age.as_of)}` : "never synced";
  const what = age.freshness === "too_old" ? "are too old" : "may have changed";
  return h("p", { className: "small" }, `${age.dataset.replaceAll("-", " ")} ${what}: ${from}`);
}

function forget() {
  cart = empty();
  return reckon();
}

async function pay() {
  const { items } = await get("/api/orders/payment-modes");
  // online payment needs head office's own dialogue, which this plain page has not
  const usable = items.filter((mode) => mode.kind !== "online" && !mode.unavailable);
  usable.sort((a, b) => (b.kind === "cash") - (a.kind === "cash"));
  const total = quote.totals.total_minor;
  const mode = h("select", {}, usable.map((m) => h("option", { value: m.code }, m.name)));
  const given = field("Cash given", { inputMode: "decimal", value: (total / 100).toFixed(2) });
  const reference = field("Reference on the slip", {});
  const chosen = () => usable.find((m) => m.code === mode.value);
  const adapt = () => {
    given.element.hidden = chosen()?.kind !== "cash";
    reference.element.hidden = chosen()?.kind === "cash";
  };
  mode.addEventListener("change", adapt);
  adapt();
  const submit = () => complete({ mode: chosen(), tendered: minor(given.input.value), reference: reference.input.value });
  const confirm = h("button", { className: "main" }, `Take ${money(total)}`);
  show(
    place,
    h("h2", {}, "Pay"),
    h("p", { className: "money total" }, money(total)),
    form([h("label", { className: "stack" }, "Payment", mode), given.element, reference.element, confirm], submit),
    button("Back to the cart", reckon),
  );
}

// One id for the whole way: pressing twice, or a lost reply, makes one sale.
async function complete({ mode, tendered, reference }) {
  const cash = mode.kind === "cash";
  if (cash && Number.isNaN(tendered)) throw new Error("Enter the amount that was given, such as 500 or 499.50.");
  const total = quote.totals.total_minor;
  const payment = { payment_mode: mode.code, amount_minor: total };
  if (cash) payment.tendered_minor = tendered;
  else payment.reference = reference.trim();
  const agreed = Object.fromEntries(quote.lines.map((item) => [item.sku, item.unit_price_minor]));
  const sale = { ...cart, total_minor: total, agreed, payments: [payment] };
  const kept = await folder.keep(`${cart.order_id}.asked`, sale);
  try {
    const order = await post("/api/orders/orders", kept ? { ...sale, kept } : sale);
    await folder.keep(`${cart.order_id}.done`, order);
    cart = empty();
    localStorage.setItem(CART, JSON.stringify(cart));
    done(order);
  } catch (error) {
    await refused(error);
  }
}

async function refused(error) {
  if (error.status === 0 || error.status >= 500) throw new Error("No answer yet. Press Pay again: it stays one sale.");
  await folder.keep(`${cart.order_id}.not`, { code: error.code });
  if (error.code === "not_kept" && !folder.supported()) throw new Error(folder.unsupportedText());
  if (error.code !== "quote_changed") throw error;
  toast(error.message);
  await reckon();
}

function done(order) {
  show(place, ...invoice(order), button("New sale", reckon, { className: "main no-print" }));
}
