// Who is signed in at this till, and which till this is.

import { get, keepToken, post, signedOut, token } from "./api.js";
import { computed, signal } from "./ui.js";

const PAIRED = "till.paired";
const PERSON = "till.person";
const RECENT = "till.recent";
const RECENT_MOST = 6;
const KNOWN_TRIES = 6;
const KNOWN_EVERY_MS = 500;
const RESUME_MS = 1_000;

const stored = (key, otherwise) => JSON.parse(localStorage.getItem(key) ?? "null") ?? otherwise;

/** Who is signed in: {staff_code, name, role, permissions, till_id}; null: nobody; undefined: not known yet. */
export const who = signal(token() ? (JSON.parse(sessionStorage.getItem(PERSON)) ?? undefined) : null);
export const isManager = computed(() => who.value?.role === "manager");

/** Whether they may turn Offline Mode, and Auto-Sync, on and off. */
export const mayTurn = () => isManager.value || who.value.permissions.includes("offline_mode");

/** This till: {till_id, till_key, name}, null before it is paired. */
export const till = signal(stored(PAIRED, null));

/** Whether the store no longer knows this till: it was retired, or is another store's. */
export const tillUnknown = signal(false);

/** Those who signed in here lately, the last first. */
export const recent = signal(stored(RECENT, []));

/** Whose shift was ended because nobody touched the till: a staff code; null where that is not so. */
export const locked = signal(null);

signedOut.add(() => take(null));

/** Asks the store who is signed in, until it answers; a shift that was known before the reload goes on meanwhile. */
export async function resume() {
  if (!token()) return;
  try {
    take(await get("/api/sessions/me"));
  } catch (problem) {
    if (!problem.unanswered) take(null);
    else setTimeout(resume, RESUME_MS);
  }
}

function take(person) {
  sessionStorage.setItem(PERSON, JSON.stringify(person));
  who.value = person;
}

export async function signIn(staff_code, pin) {
  const place = till.value ? { till_id: till.value.till_id, till_key: till.value.till_key } : {};
  const answer = await onceTillIsKnown(() => post("/api/sessions/sign-in", { staff_code, pin, ...place }, { bearer: null }));
  const { token: issued, ...person } = answer;
  locked.value = null;
  keepToken(issued);
  remember({ staff_code: person.staff_code, name: person.name });
  take(person);
}

/** Ends the shift; the store lets go whatever waits. */
export async function signOut() {
  const ended = post("/api/sessions/sign-out").catch(() => null);
  keepToken(null);
  take(null);
  await ended;
}

/** Ends the shift of whoever went away; who comes back signs in again. */
export function lock() {
  locked.value = who.value.staff_code;
  return signOut();
}

export const setPin = (staff_code, code, pin) =>
  post("/api/sessions/pin", { staff_code, code, pin }, { bearer: null });

/** A manager makes this browser a till of the store. */
export async function pair(staff_code, pin, name) {
  const found = await asManager(staff_code, pin, (bearer) => post("/api/orders/tills", { name }, { bearer }));
  tillUnknown.value = false;
  till.value = { till_id: found.till_id, till_key: found.till_key, name: found.name };
  localStorage.setItem(PAIRED, JSON.stringify(till.value));
}

/** Does something with a manager's word, whoever is signed in at this till, and lets that shift end. */
export async function asManager(staff_code, pin, act) {
  const { token: bearer } = await post("/api/sessions/sign-in", { staff_code, pin }, { bearer: null });
  try {
    return await act(bearer);
  } finally {
    await post("/api/sessions/sign-out", undefined, { bearer }).catch(() => null);
  }
}

/** A till that was paired a moment ago is heard of in the next. */
async function onceTillIsKnown(act, tries = KNOWN_TRIES) {
  try {
    return await act();
  } catch (problem) {
    tillUnknown.value = problem.code === "till_unknown" && tries <= 1;
    if (problem.code !== "till_unknown" || tries <= 1) throw problem;
    await new Promise((resolve) => setTimeout(resolve, KNOWN_EVERY_MS));
    return onceTillIsKnown(act, tries - 1);
  }
}

function remember(person) {
  const others = recent.value.filter((one) => one.staff_code !== person.staff_code);
  recent.value = [person, ...others].slice(0, RECENT_MOST);
  localStorage.setItem(RECENT, JSON.stringify(recent.value));
}
