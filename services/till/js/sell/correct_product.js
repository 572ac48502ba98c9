// A product's name or category, corrected at head office; the catalogue follows with its next sync.

import { patch } from "../api.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { say } from "../parts/toast.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.sell.correct;

export function CorrectProduct({ item, close }) {
  const form = useForm({
    start: { name: item.name, category: item.category },
    check: ({ name, category }) => ({ name: !name.trim() && words.enter, category: !category.trim() && words.enter }),
    words: { name: words.enter, category: words.enter },
    act: async ({ name, category }) => {
      await patch(`/api/orders/products/${encodeURIComponent(item.product_id)}`, changed(item, { name: name.trim(), category: category.trim() }));
      say(words.done, "good");
      close();
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.title}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main" aria-busy=${form.busy}>${t.common.save}</button>`}
  >
    <${Field} label=${words.name} ...${form.bind("name")} maxlength="120" focused />
    <${Field} label=${words.category} ...${form.bind("category")} maxlength="120" />
    <${Refusal} text=${form.problem} />
  <//></form>`;
}

const changed = (old, now) => Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== old[name]));
