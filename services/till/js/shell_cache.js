// What the service worker serves: the files that this page was made of, all of one version. A page of yesterday must
// not meet a service of today: where the store has other files by now, all are taken at once and the till begins anew.

import { worker } from "./trusted.js";

const CACHE = "till-shell";
const LOOK_MS = 1_000;

/** @param {() => boolean} idle whether nothing is lost when the page begins anew */
export async function keepShell(idle) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(worker);
  const paths = shellPaths();
  const fresh = await Promise.all(paths.map((path) => fetch(`${path}?newest`, { cache: "no-cache" })));
  if (!fresh.every((answer) => answer.ok)) return;
  const cache = await caches.open(CACHE);
  const old = await Promise.all(paths.map((path) => cache.match(path)));
  // the page itself last: where it is kept, all is
  for (const [n, path] of paths.entries()) await cache.put(path, fresh[n]);
  if (old.some((answer, n) => answer && version(answer) !== version(fresh[n]))) beginAnew(idle);
}

function beginAnew(idle) {
  if (idle()) location.reload();
  else setTimeout(beginAnew, LOOK_MS, idle);
}

function shellPaths() {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const ours = loaded.filter(({ origin, pathname }) => origin === location.origin && !pathname.startsWith("/api/"));
  return [...new Set([...ours.map(({ pathname }) => pathname), location.pathname])];
}

const version = (answer) => answer.headers.get("ETag");
