// A button with something that opens beneath it.

import { html, useEffect, useRef, useState } from "../ui.js";

export function Menu({ button, label, children, align = "end", class: more = "" }) {
  const [open, setOpen] = useState(false);
  const place = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const leave = (event) => !place.current?.contains(event.target) && setOpen(false);
    const escape = (event) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      place.current?.querySelector("button").focus();
    };
    addEventListener("pointerdown", leave);
    addEventListener("focusin", leave);
    addEventListener("keydown", escape);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("focusin", leave);
      removeEventListener("keydown", escape);
    };
  }, [open]);
  return html`<div class="menu ${more}" ref=${place}>
    <button type="button" class="button quiet" aria-expanded=${open} aria-label=${label} title=${label} onClick=${() => setOpen(!open)}>
      ${button}
    </button>
    ${open && html`<div class="menu-panel ${align}">${typeof children === "function" ? children(() => setOpen(false)) : children}</div>`}
  </div>`;
}
