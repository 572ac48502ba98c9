// Serves the shell of the till from its cache, so that it is there at once, and while the edge server restarts.
// Never touches /api/. The page itself looks after each start whether the store has another shell by now (js/shell_cache.js).

const CACHE = "till-shell";

addEventListener("install", (event) => {
  skipWaiting();
  // without waking this script, where the browser can
  const condition = { or: ["/js/*", "/css/*", "/vendor/*"].map((pathname) => ({ urlPattern: { pathname, search: "" } })) };
  event.waitUntil(event.addRoutes?.([{ condition, source: { cacheName: CACHE } }]));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { pathname, origin, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  // who asks for the newest gets it
  if (search) return;
  event.respondWith(kept(event.request));
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}
