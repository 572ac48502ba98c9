// A note on the order; it stands on the invoice.

import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, useForm } from "../parts/form.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

export function Note({ note, close }) {
  const form = useForm({ start: { note }, act: async (values) => close(values.note.trim()) });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${t.sell.note}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main">${t.common.save}</button>`}
  >
    <${Field} as="textarea" label=${t.sell.noteLabel} hint=${t.sell.noteHint} ...${form.bind("note")} maxlength="500" focused />
  <//></form>`;
}
