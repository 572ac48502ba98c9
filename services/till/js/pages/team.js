// People and tills: who may work here, at which tills, and what is worth a second look.

import { Exceptions } from "../team/exceptions.js";
import { Staff } from "../team/staff.js";
import { Tills } from "../team/tills.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

export function Team() {
  return html`<div class="office">
    <header class="office-head"><h1>${t.team.title}</h1></header>
    <${Staff} />
    <${Tills} />
    <${Exceptions} />
  </div>`;
}
