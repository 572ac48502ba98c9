// What is left of articles at this moment, by head office, while the store is online.

import { post } from "../api.js";
import { mode } from "../live.js";
import { useEffect, useRef, useState } from "../ui.js";

// words that are still being typed ask nobody, nor does each sale of a busy hour
const SETTLED_MS = 400;
const SOLD_MS = 5_000;
const MOST = 100;

/**
 * Gives `left(variant)`: {left, live}. Head office's figure stands for as long as the store's own is the one that it was
 * asked beside; when that changes, the store's stands until head office is asked again.
 */
export function useLiveStock(items) {
  const [told, setTold] = useState(new Map());
  const known = useRef("");
  const variants = items.flatMap((item) => item.variants);
  const online = mode.value?.mode === "online";
  const skus = variants.map(({ sku }) => sku).join();
  useEffect(() => {
    if (!online) return setTold(new Map());
    const overtaken = new AbortController();
    const unknown = variants.filter(({ sku, left }) => told.get(sku)?.beside !== left);
    const ask = () => unknown.length && asked(unknown, overtaken.signal, (found) => setTold((old) => new Map([...old, ...found])));
    const timer = setTimeout(ask, known.current === skus ? SOLD_MS : SETTLED_MS);
    known.current = skus;
    return () => (clearTimeout(timer), overtaken.abort());
  }, [online, variants.map(({ sku, left }) => `${sku} ${left}`).join()]);
  return ({ sku, left }) => {
    const found = told.get(sku);
    return found?.beside === left ? { left: found.left, live: true } : { left, live: false };
  };
}

/** Tells what head office says, a hundred articles at a time; without an answer the store's figures stand. */
async function asked(variants, signal, tell) {
  const beside = new Map(variants.map(({ sku, left }) => [sku, left]));
  const skus = [...beside.keys()];
  for (let n = 0; n < skus.length; n += MOST) {
    const page = await post("/api/orders/live-stock", { skus: skus.slice(n, n + MOST) }, { signal }).catch(() => null);
    if (!page) return;
    tell(page.items.map(({ sku, left }) => [sku, { left, beside: beside.get(sku) }]));
  }
}
