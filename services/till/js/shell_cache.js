// Hands the shell to the service worker's cache: what this page was made of, from the first visit on.

const CACHE = "till-shell-1";

export async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("sw.js");
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const ours = loaded.filter(({ origin, pathname }) => origin === location.origin && !pathname.startsWith("/api/"));
  const cache = await caches.open(CACHE);
  await cache.addAll([...new Set([location.pathname, ...ours.map(({ pathname }) => pathname)])]);
}
