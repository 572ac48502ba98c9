// The cart holds what was just sold: the cashier says whether it is another customer's.

import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.pay.sameGoods;

// whoever pressed once too often presses once more: the focus is on the way back
export const SameGoods = ({ number, close }) => html`<${Sheet}
  title=${words.title}
  close=${close}
  actions=${html`<${Button} focused act=${() => close(false)}>${t.common.back}<//>
    <${Button} kind="main" act=${() => close(true)}>${words.sell}<//>`}
>
  <p>${words.text(number)}</p>
<//>`;
