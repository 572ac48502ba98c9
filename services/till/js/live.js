// What the store tells: its mode, its lights, what waits. Heard by one stream, and looked at in any case.

import { follow, get } from "./api.js";
import { showTimesOf } from "./format.js";
import { mine } from "./one_tab.js";
import { say } from "./parts/toast.js";
import { who } from "./session.js";
import { effect, signal, useEffect } from "./ui.js";

// a store that is gone is noticed within 3 s: one wait between looks and one for an answer
const LOOK_MS = 1_000;
const ANSWER_MS = 1_500;
const LOOK_ROUND_MS = 5_000;
const RECONNECT_MS = 1_000;
const GATHER_MS = 120;

/** Whether the edge server answers. */
export const reached = signal(true);
/** The mode in which `orders` sells, which alone decides: {mode, trigger, session_id, shown}; null before the first word. */
export const mode = signal(null);
export const lights = signal([]);
/** What waits to reach head office, as `sync` tells it; null while that is not known. */
export const status = signal(null);

export const offline = () => mode.value?.mode === "offline";

const listeners = new Set();

/** Calls `act` when one of the things in `whats` may have changed; gives the way to stop it. */
export function onNews(whats, act) {
  let timer = null;
  const listener = (what) => {
    if (what !== "everything" && !whats.includes(what)) return;
    clearTimeout(timer);
    timer = setTimeout(act, GATHER_MS);
  };
  listeners.add(listener);
  return () => {
    clearTimeout(timer);
    listeners.delete(listener);
  };
}

/** Loads at first, and again with news of `whats`. */
export function useNews(whats, load) {
  useEffect(() => {
    load();
    return onNews(whats, load);
  }, []);
}

export async function look() {
  try {
    const found = await get("/api/orders/mode", {}, { timeout: ANSWER_MS });
    showTimesOf(found.time_zone);
    const changed = found.mode !== mode.value?.mode;
    if (JSON.stringify(found) !== JSON.stringify(mode.value)) mode.value = found;
    if (!reached.value) heard({ what: "everything" });
    else if (changed) tell("mode");
    reached.value = true;
  } catch (problem) {
    if (problem.unanswered) reached.value = false;
  }
}

async function lookRound() {
  const ask = (path, take) => get(path, {}, { timeout: LOOK_ROUND_MS }).then(take, () => null);
  await Promise.all([
    ask("/api/sessions/lights", ({ items }) => (lights.value = items)),
    ask("/api/sync/status", (found) => (status.value = found)),
  ]);
}

const tell = (what) => listeners.forEach((listener) => listener(what));

function heard(note) {
  if (note.what === "toast") say(note.text);
  if (["mode", "everything"].includes(note.what)) look();
  if (["mode", "sync", "orders", "everything"].includes(note.what)) gatherRound();
  tell(note.what);
}

let round = null;
function gatherRound() {
  clearTimeout(round);
  round = setTimeout(lookRound, GATHER_MS);
}

async function listen(signal) {
  while (!signal.aborted) {
    await follow("/api/sessions/stream", signal, heard).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

async function lookOn(signal) {
  while (!signal.aborted) {
    await look();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Follows the store for as long as this tab is the till and somebody is signed in. */
export function startLive() {
  let going = null;
  effect(() => {
    const signedIn = Boolean(mine.value && who.value);
    if (signedIn === Boolean(going)) return;
    going?.abort();
    going = signedIn ? new AbortController() : null;
    if (!going) return;
    const { signal } = going;
    listen(signal);
    lookOn(signal);
    const timer = setInterval(lookRound, LOOK_ROUND_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  });
}
