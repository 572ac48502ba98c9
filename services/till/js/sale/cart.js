// The cart of this till: one id from the first scan to the OMS; kept through reloads and power cuts.

import { read, write } from "../db.js";
import { uuid7 } from "../format.js";
import { computed, signal } from "../ui.js";

const KEY = "cart";

/**
 * A cart. Lines: {sku, quantity, extensions, name, size, unit_price_minor (as shown, null where not known)}; `taken`:
 * payments that the customer made already, before the sale. The rest are the store's own fields of a cart.
 */
export const empty = () => ({
  order_id: uuid7(),
  lines: [],
  customer: null,
  place_of_supply: null,
  sales_employee: null,
  note: "",
  coupon: null,
  fulfilment: "self_pickup",
  delivery: null,
  pays_cash: false,
  taken: [],
});

export const cart = signal(null);
export const isEmpty = computed(() => !cart.value?.lines.length);
export const pieces = computed(() => cart.value?.lines.reduce((sum, line) => sum + line.quantity, 0) ?? 0);

/** A cart that was kept somewhere, as this page reads it: an older page may have kept it, and nobody is at Pay. */
export const whole = (kept) => {
  const fresh = empty();
  const known = Object.fromEntries(Object.entries(kept).filter(([name]) => name in fresh));
  return { ...fresh, ...known, pays_cash: false, lines: (kept.lines ?? []).map((line) => ({ extensions: [], ...line })) };
};

export async function load() {
  cart.value ??= whole((await read(KEY)) ?? {});
}

/** Changes the cart, and keeps it. */
export function change(fields) {
  cart.value = { ...cart.value, ...fields };
  return write(KEY, cart.value);
}

export const startAnew = () => change(empty());

/** The same goods under another id, where the old one is refused for ever. */
export const renew = () => change({ order_id: uuid7() });

/** Adds pieces of an article; the newest stands first. */
export function add(item, quantity = 1) {
  const known = cart.value.lines.find((line) => line.sku === item.sku);
  const line = known ? { ...known, quantity: known.quantity + quantity } : { ...pick(item), quantity };
  return change({ lines: [line, ...cart.value.lines.filter((other) => other !== known)] });
}

/** One piece more, or fewer, than there are now. */
export const step = (sku, by) => setQuantity(sku, cart.value.lines.find((line) => line.sku === sku).quantity + by);

export const setQuantity = (sku, quantity) =>
  change({
    lines: cart.value.lines
      .map((line) => (line.sku === sku ? { ...line, quantity } : line))
      .filter((line) => line.quantity > 0),
  });

/** Has codes of head office extend each piece of an article. */
export const extend = (sku, extensions) =>
  change({ lines: cart.value.lines.map((line) => (line.sku === sku ? { ...line, extensions } : line)) });

/** The same cart, with what the store can give alone. */
export const withoutHeadOffice = () =>
  change({ coupon: null, fulfilment: "self_pickup", delivery: null, lines: cart.value.lines.map((line) => ({ ...line, extensions: [] })) });

/** Takes the prices as the cashier has seen and confirmed them. */
export const agree = (prices) =>
  change({ lines: cart.value.lines.map((line) => ({ ...line, unit_price_minor: prices[line.sku] ?? line.unit_price_minor })) });

/** The cart as the store reads it. */
export function request(own) {
  const { lines, sales_employee: employee, taken: _, ...rest } = own;
  return {
    ...rest,
    lines: lines.map(({ sku, quantity, extensions }) => ({ sku, quantity, extensions })),
    sales_employee_code: employee?.staff_code ?? null,
  };
}

const pick = ({ sku, name, size, unit_price_minor }) => ({ sku, extensions: [], name, size, unit_price_minor: unit_price_minor ?? null });
