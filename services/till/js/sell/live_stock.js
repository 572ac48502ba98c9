// What is left of articles at this moment, by head office, while the store is online.

import { post } from "../api.js";
import { mode, onNews } from "../live.js";
import { useEffect, useState } from "../ui.js";

// words that are still being typed ask nobody
const SETTLED_MS = 400;
const MOST = 100;

/**
 * By how many pieces head office's figure of each article differs from the store's: a sale that comes later changes
 * both alike. Empty while nothing of it is known.
 */
export function useLiveStock(items) {
  const [off, setOff] = useState(new Map());
  const variants = items.flatMap((item) => item.variants);
  const online = mode.value?.mode === "online";
  useEffect(() => {
    setOff(new Map());
    if (!online || !variants.length) return undefined;
    const overtaken = new AbortController();
    const ask = () => differences(variants, overtaken.signal).then(setOff, () => null);
    const timer = setTimeout(ask, SETTLED_MS);
    const deaf = onNews(["catalog"], ask);
    return () => (clearTimeout(timer), deaf(), overtaken.abort());
  }, [online, variants.map(({ sku }) => sku).join()]);
  return off;
}

async function differences(variants, signal) {
  const known = new Map(variants.map(({ sku, left }) => [sku, left]));
  const skus = [...known.keys()];
  const found = [];
  for (let n = 0; n < skus.length; n += MOST) {
    const { items } = await post("/api/orders/live-stock", { skus: skus.slice(n, n + MOST) }, { signal });
    found.push(...items);
  }
  return new Map(found.map(({ sku, left }) => [sku, left - known.get(sku)]));
}
