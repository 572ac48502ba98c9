// The store's API: one token for a shift, a limit on every wait, problems in words.

import { t } from "./strings.js";

const TOKEN = "till.token";
const TIMEOUT_MS = 10_000;
// head office's silence is an answer: nothing was stored
const DECIDED = new Set(["head_office_silent"]);
const SAY_NOTHING = new Set([408, 429]);

export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail ?? t.common.unreachable);
    this.status = status;
    this.code = body.code ?? "unreachable";
    this.details = body.details ?? {};
  }

  /** Nobody knows whether what was asked for is done: ask again under the same id. */
  get unanswered() {
    return this.status === 0 || SAY_NOTHING.has(this.status) || (this.status >= 500 && !DECIDED.has(this.code));
  }
}

export const token = () => sessionStorage.getItem(TOKEN);

export function keepToken(value) {
  if (value) sessionStorage.setItem(TOKEN, value);
  else sessionStorage.removeItem(TOKEN);
}

/** @type {Set<() => void>} told when the store no longer knows who is signed in */
export const signedOut = new Set();

/**
 * Sends a request; gives the answer, or throws a Problem (an AbortError where `signal` was raised).
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{bearer?: string | null, signal?: AbortSignal, timeout?: number}} [options] timeout in milliseconds
 */
export async function request(method, path, body, { bearer = token(), signal, timeout = TIMEOUT_MS } = {}) {
  const headers = bearer ? { Authorization: `Bearer ${bearer}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(timeout);
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (answer.ok) return answer;
    throw await problemOf(answer, bearer);
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error;
    throw new Problem(0);
  }
}

async function problemOf(answer, bearer) {
  if (answer.status === 401 && bearer && bearer === token()) {
    keepToken(null);
    signedOut.forEach((tell) => tell());
  }
  return new Problem(answer.status, await answer.json().catch(() => ({})));
}

async function json(method, path, body, options) {
  const answer = await request(method, path, body, options);
  try {
    return answer.status === 204 ? null : await answer.json();
  } catch {
    throw new Problem(0);
  }
}

export const get = (path, query = {}, options = {}) => json("GET", withQuery(path, query), undefined, options);
export const post = (path, body, options) => json("POST", path, body, options);
export const put = (path, body, options) => json("PUT", path, body, options);
export const patch = (path, body, options) => json("PATCH", path, body, options);
export const remove = (path, options) => json("DELETE", path, undefined, options);

export function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** Names of the fields that the store refuses, each with words for people; empty for any other problem. */
export function fieldErrors(problem, words = {}) {
  const names = (problem?.details?.fields ?? []).map(({ field }) => String(field).split(".")[0]);
  return Object.fromEntries(names.map((name) => [name, words[name] ?? t.common.checkField]));
}

export async function download(path, name) {
  const answer = await request("GET", path, undefined, { timeout: 60_000 });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Server-sent events by fetch, for the token goes in a header and never in an address. Ends when the stream does. */
export async function follow(path, signal, heard) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token()}` }, signal });
  if (!answer.ok) throw await problemOf(answer, token());
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data: ")) heard(JSON.parse(line.slice(6)));
  }
}
