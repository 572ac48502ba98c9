// How a session stands, in a word and a colour.

import { html } from "../ui.js";

const KINDS = { open: "", syncing: "warn", success: "good", failed: "bad" };

export function Label({ session: { status, label } }) {
  return html`<span class="chip ${KINDS[status]}"><i></i>${label}</span>`;
}
