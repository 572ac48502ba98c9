// The frame around the views: who is signed in, the banner, navigation, and the live stream.

import { follow, get, keepToken, post, put, token } from "./api.js";
import { button, h, show, toast } from "./dom.js";
import * as orders from "./orders.js";
import * as sell from "./sell.js";
import * as settings from "./settings.js";
import * as signIn from "./sign_in.js";

const VIEWS = { Sell: sell, Orders: orders, Settings: settings };
const LOOK_EVERY_MS = 5_000;
const RECONNECT_MS = 2_000;

const page = document.getElementById("page");
const top = document.getElementById("top");
const banner = document.getElementById("banner");

let who = null;
let current = "Sell";
let streaming = null;

async function start() {
  streaming?.abort();
  who = token() ? await get("/api/sessions/me").catch(() => null) : null;
  if (!who) {
    show(top);
    show(banner);
    signIn.open(page, start);
    return;
  }
  streaming = new AbortController();
  listen(streaming.signal);
  await open(current);
  await look();
}

async function open(name) {
  current = name;
  const tabs = Object.keys(VIEWS).map((view) =>
    button(view, () => open(view), { "aria-current": view === name ? "page" : null }),
  );
  show(top, ...tabs, h("span", { className: "who" }, `${who.name} · ${who.role}`), button("Sign out", signOut));
  await VIEWS[name].open(page, who);
}

async function signOut() {
  const { warning } = await post("/api/sessions/sign-out");
  if (warning) toast(warning);
  keepToken(null);
  await start();
}

// The page shows the mode in which `orders` sells, which alone decides.
async function look() {
  if (!who) return;
  try {
    const { shown } = await get("/api/orders/mode");
    showBanner(shown?.banner ?? { kind: "none", text: "" }, shown?.turn_off);
  } catch (error) {
    if (error.status === 0) showBanner({ kind: "red", text: error.message }, false);
  }
}

function showBanner({ kind, text }, turnOff) {
  const said = `${kind}|${text}|${turnOff}`;
  if (banner.dataset.said === said && banner.childNodes.length) return;
  banner.dataset.said = said;
  banner.className = kind;
  if (kind === "none") show(banner);
  else show(banner, h("span", {}, text), turnOff && button("Turn Off", turnOffline));
}

async function turnOffline() {
  await put("/api/sessions/mode", { on: false });
  await look();
}

async function listen(signal) {
  while (!signal.aborted) {
    await follow("/api/sessions/stream", signal, heard).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

function heard(note) {
  if (note.what === "toast" && note.text) toast(note.text);
  if (note.what === "mode" || note.what === "everything") look();
  VIEWS[current].heard?.(note);
}

window.addEventListener("signed-out", start);
setInterval(look, LOOK_EVERY_MS);
start();
