// The few words of the libraries that this page speaks.

export { html, render } from "../vendor/htm-preact.mjs";
export { useEffect, useRef, useState } from "../vendor/hooks.mjs";
export { batch, computed, effect, signal } from "../vendor/signals.mjs";
