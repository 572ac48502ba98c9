// Digits to press where there is no keyboard; those of a keyboard go to the field itself.

import { t } from "../strings.js";
import { html } from "../ui.js";
import { Icon } from "./icons.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** `press` is given a digit, a point where `point` says so, or null to erase the last mark. */
export function Pad({ press, point = false }) {
  const key = (mark, label, face = mark) => html`<button type="button" tabindex="-1" key=${label} class="button" aria-label=${label} onClick=${() => press(mark)}>
    ${face}
  </button>`;
  return html`<div class="pad">
    ${DIGITS.map((digit) => key(digit, t.common.digit(digit)))}
    ${point ? key(".", t.common.point) : html`<span></span>`}
    ${key("0", t.common.digit("0"))}
    ${key(null, t.common.erase, html`<${Icon} name="erase" />`)}
  </div>`;
}
