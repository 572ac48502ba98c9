// Amounts in lakh grouping, times in the store's own zone, ids.

const LOCALE = "en-IN";
const rupees = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "INR" });
const whole = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "INR", trailingZeroDisplay: "stripIfInteger" });
const durations = new Intl.DurationFormat(LOCALE, { style: "long" });
const counts = new Intl.NumberFormat(LOCALE);

const known = (value) => value !== null && value !== undefined;

let zone;
let moments, times;

/** Shows times as the store's clocks do, whatever this till is set to. */
export function showTimesOf(timeZone) {
  if (moments && timeZone === zone) return;
  zone = timeZone;
  try {
    [moments, times] = clocks(timeZone);
  } catch {
    // a zone that this browser has not heard of is no reason to show nothing
    [moments, times] = clocks(undefined);
  }
}

function clocks(timeZone) {
  const of = (styles) => new Intl.DateTimeFormat(LOCALE, { ...styles, timeZone });
  return [of({ dateStyle: "medium", timeStyle: "short" }), of({ timeStyle: "short" })];
}

showTimesOf(undefined);

/** Paise as rupees. */
export const money = (minor) => (known(minor) ? rupees.format(minor / 100) : "–");
/** The same, without paise where there are none. */
export const roundMoney = (minor) => whole.format(minor / 100);
export const moment = (text) => (text ? moments.format(new Date(text)) : "–");
export const timeOfDay = (text) => (text ? times.format(new Date(text)) : "–");
export const count = (value) => (known(value) ? counts.format(value) : "–");

/** Seconds in words, as exact as a person wants it. */
export function duration(seconds) {
  if (seconds < 90) return durations.format({ seconds: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  return durations.format({ hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** Bytes in GB or MB. */
export function bytes(value) {
  if (!known(value)) return "–";
  return value >= 2 ** 30 ? `${counts.format(Math.round(value / 2 ** 30))} GB` : `${counts.format(Math.round(value / 2 ** 20))} MB`;
}

/** Whole paise of what a person typed, NaN for anything else: "1,499.5" is 149950. */
export function minor(text) {
  const match = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text.replace(/[\s,₹]/g, ""));
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "0").padEnd(2, "0")) : NaN;
}

/** Paise as a person would type them. */
export const typed = (minorUnits) => (minorUnits / 100).toFixed(minorUnits % 100 ? 2 : 0);

/** A UUIDv7: the time first, so that ids sort as they were made. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let n = 0; n < 6; n += 1) bytes[n] = Math.floor(now / 2 ** (8 * (5 - n))) & 255;
  bytes[6] = (bytes[6] & 15) | 112;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
