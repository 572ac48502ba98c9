// The same goods twice within seconds: another customer, or one sale that is keyed a second time.

const SOON_MS = 10_000;

let newest = null;

/** Notes the goods of a sale that was made. */
export const noteSold = (lines, number) => {
  newest = { goods: goods(lines), number, at: Date.now() };
};

/** The number of the invoice that was made here a moment ago for exactly these goods, or null. */
export const justSold = (lines) =>
  newest && Date.now() - newest.at < SOON_MS && newest.goods === goods(lines) ? newest.number : null;

const goods = (lines) => lines.map(({ sku, quantity }) => `${sku} ${quantity}`).sort().join("\n");
