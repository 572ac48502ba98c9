// The few words of the libraries that this page speaks.

import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.mjs";

export { html, render } from "../vendor/htm-preact.mjs";
export { batch, computed, effect, signal } from "../vendor/signals.mjs";
export { useEffect, useLayoutEffect, useRef, useState };

/** A ref for what is to have the focus when it comes. */
export function useFocus(wanted = true) {
  const place = useRef(null);
  useEffect(() => {
    if (wanted) place.current?.focus();
  }, []);
  return place;
}
