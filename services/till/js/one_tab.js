// One till works in one tab at a time; the others say so.

import { signal } from "./ui.js";

const LOCK = "store-edge-till";

/** Whether this tab is the till; null until that is known. */
export const mine = signal(null);

/** Becomes the till where no other tab is it; `steal` takes it over, and the other one begins anew. */
export function claim({ steal = false } = {}) {
  const held = navigator.locks.request(LOCK, steal ? { steal } : { ifAvailable: true }, (lock) => {
    mine.value = Boolean(lock);
    // held for as long as the tab lives
    return lock ? new Promise(() => {}) : undefined;
  });
  held.catch(() => location.reload());
}
