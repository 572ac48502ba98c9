// A till that nobody touches for a while asks for the PIN again. The cart stays, and so does what was typed at Pay.

import { leaveAll } from "./parts/dialog.js";
import { stage } from "./sell/stage.js";
import { lock, who } from "./session.js";

const LOOK_MS = 1_000;

let touched = Date.now();
const touch = () => (touched = Date.now());

export function startIdleLock() {
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) addEventListener(kind, touch, { capture: true, passive: true });
  who.subscribe(touch);
  setInterval(look, LOOK_MS);
}

/** A sale that has no answer yet is not interrupted. */
function look() {
  const after = who.value?.idle_lock_seconds;
  if (!after || stage.value === "waiting" || Date.now() - touched < after * 1_000) return;
  leaveAll();
  lock();
}
