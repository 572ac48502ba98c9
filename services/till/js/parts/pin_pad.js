// Digits to press where there is no keyboard.

import { t } from "../strings.js";
import { html } from "../ui.js";
import { Icon } from "./icons.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** `press` is given a digit, or null to erase the last one. The keyboard's own digits go to the field. */
export function PinPad({ press }) {
  const key = (digit) => html`<button type="button" tabindex="-1" key=${digit} class="button" aria-label=${t.signIn.digit(digit)} onClick=${() => press(digit)}>
    ${digit}
  </button>`;
  return html`<div class="pad">
    ${DIGITS.map(key)}
    <button type="button" tabindex="-1" class="button" aria-label=${t.signIn.erase} onClick=${() => press(null)}><${Icon} name="erase" /></button>
  </div>`;
}
