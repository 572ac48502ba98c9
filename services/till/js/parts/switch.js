// Something that is on or off.

import { html } from "../ui.js";
import { Button } from "./button.js";

/** `act` turns it; what keeps it as it is, is told by `why`. */
export function Switch({ label, on, act, why }) {
  return html`<${Button} kind="switch" role="switch" aria-checked=${on ? "true" : "false"} act=${act} why=${why}>
    <span class="knob" aria-hidden="true"></span>${label}
  <//>`;
}
