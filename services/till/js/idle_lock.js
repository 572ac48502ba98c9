// A till that nobody touches for a while asks for the PIN again. The cart stays, and so does what was typed at Pay.

import { mine } from "./one_tab.js";
import { leaveAll } from "./parts/dialog.js";
import { say } from "./parts/toast.js";
import { lock, who } from "./session.js";
import { t } from "./strings.js";

const LOOK_MS = 1_000;
const WARN_MS = 30_000;
// also those of whoever works without a pointer or keys
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "click", "input", "focusin"];

let touched = Date.now();
let warned = false;

export function startIdleLock() {
  for (const kind of TOUCHES) addEventListener(kind, touch, { capture: true, passive: true });
  who.subscribe(rest);
  setInterval(look, LOOK_MS);
}

/** A till that slept is locked before it is touched. */
function touch() {
  look();
  rest();
}

function rest() {
  touched = Date.now();
  warned = false;
}

function look() {
  const after = who.value?.idle_lock_seconds * 1_000;
  if (!after || !mine.value) return;
  const left = touched + after - Date.now();
  if (left <= 0) {
    leaveAll();
    lock();
  } else if (left < Math.min(WARN_MS, after / 2) && !warned) {
    warned = true;
    say(t.signIn.locksSoon);
  }
}
