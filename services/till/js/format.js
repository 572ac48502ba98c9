// Amounts in lakh grouping, times in the till's own zone.

const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
const moments = new Intl.DateTimeFormat("en-IN", { dateStyle: "medium", timeStyle: "short" });

export const money = (minor) => (minor === null || minor === undefined ? "–" : rupees.format(minor / 100));
export const moment = (text) => (text ? moments.format(new Date(text)) : "–");

// Whole paise of what a person typed; NaN for anything else.
export function minor(text) {
  const match = /^\s*(\d{1,10})(?:\.(\d{1,2}))?\s*$/.exec(text);
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "0").padEnd(2, "0")) : NaN;
}

export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let n = 0; n < 6; n += 1) bytes[n] = Math.floor(now / 2 ** (8 * (5 - n))) & 255;
  bytes[6] = (bytes[6] & 15) | 112;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
