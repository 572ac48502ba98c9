// What extends a line of the cart: alterations and warranties, of each of its pieces, by head office.

import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, useForm } from "../parts/form.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { CODE } from "./extras.js";

const words = t.sell.extensions;
const MOST = 5;

export function Extensions({ line, name, close }) {
  const form = useForm({
    start: { codes: line.extensions.join(" ") },
    check: ({ codes }) => ({ codes: wrong(split(codes)) }),
    act: async ({ codes }) => close(split(codes)),
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.title(name, [])}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main">${t.common.save}</button>`}
  >
    <${Field} label=${words.codes} hint=${words.hint} ...${form.bind("codes")} autocapitalize="characters" focused />
  <//></form>`;
}

const wrong = (codes) => (codes.some((code) => !CODE.test(code)) && t.sell.extras.enterCode) || (codes.length > MOST && words.tooMany(MOST));

const split = (text) => [...new Set(text.toUpperCase().split(/[\s,]+/).filter(Boolean))];
