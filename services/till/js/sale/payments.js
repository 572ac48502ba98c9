// How a sale is paid: what was taken already, and what is being entered.

import { minor, typed } from "../format.js";
import { t } from "../strings.js";

const FORMS = { upi: /^[0-9]{12}$/, card: /^[A-Z0-9]{6,12}$/, online: /^[A-Z0-9-]{6,64}$/ };
const ROUND = [100_00, 500_00, 1_000_00, 2_000_00];
const MOST_QUICK = 4;

export const sum = (payments) => payments.reduce((total, payment) => total + payment.amount_minor, 0);

/** What is entered for a mode at first: all that is left; `fresh` until somebody types. */
export const entry = (mode, left) => ({ mode, amount: typed(Math.max(left, 0)), reference: "", fresh: true });

/** An entry as a payment, with words by field for what is wrong with it. Amounts in paise. */
export function read({ mode, amount, reference }, left) {
  const given = minor(amount);
  const errors = {};
  if (Number.isNaN(given) || given <= 0) errors.amount = t.pay.enterAmount;
  else if (mode.kind !== "cash" && given > left) errors.amount = t.pay.tooMuch;
  if (mode.kind === "cash") return { errors, payment: cash(mode, given, left) };
  const plain = reference.normalize("NFKC").replace(/[\s.-]/g, "").toUpperCase();
  if (!FORMS[mode.kind].test(mode.kind === "online" ? reference : plain)) errors.reference = t.pay.enterReference[mode.kind];
  return { errors, payment: { payment_mode: mode.code, amount_minor: given, reference } };
}

const cash = (mode, given, left) => ({
  payment_mode: mode.code,
  amount_minor: Math.min(given, left),
  tendered_minor: given,
});

export const change = (payment) => Math.max((payment.tendered_minor ?? 0) - payment.amount_minor, 0);

/** Amounts that a customer may hand over for what is left: the next round ones. */
export function quick(left) {
  const rounded = ROUND.map((round) => Math.ceil(left / round) * round);
  return [...new Set([left, ...rounded])].sort((a, b) => a - b).slice(0, MOST_QUICK);
}
