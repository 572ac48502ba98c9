// A button that does one thing at a time; what cannot be done is shown with why.

import { html, useFocus, useRef, useState } from "../ui.js";
import { Icon } from "./icons.js";
import { say } from "./toast.js";

/**
 * `act` may take its time: until it is done the button waits. `why` tells what keeps it from being pressed: it stays
 * where it is and can be reached, so that the reason is read out.
 */
export function Button({ act, why, kind = "", icon, label, class: more = "", focused = false, children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const going = useRef(false);
  const place = useFocus(focused);
  const press = async (event) => {
    if (why) return say(why);
    if (going.current) return undefined;
    going.current = true;
    const slow = setTimeout(() => setBusy(true), 150);
    try {
      await act?.(event);
    } catch (problem) {
      if (problem?.name !== "AbortError") say(problem.message, "bad");
    } finally {
      clearTimeout(slow);
      going.current = false;
      setBusy(false);
    }
    return undefined;
  };
  return html`<button
    type="button"
    ref=${place}
    class="button ${kind} ${more}"
    onClick=${press}
    aria-busy=${busy}
    aria-disabled=${why ? "true" : undefined}
    aria-label=${label}
    title=${why || label}
    ...${rest}
  >
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;
}
