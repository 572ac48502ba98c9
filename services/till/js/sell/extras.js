// What only head office can give a cart: a coupon, delivery. Offline it is shown, and why it cannot be had.

import { offline } from "../live.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, useForm } from "../parts/form.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { PHONE } from "./customer.js";

const words = t.sell.extras;
export const CODE = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

export function Extras({ cart, close }) {
  const off = offline();
  const form = useForm({
    start: {
      coupon: cart.coupon ?? "",
      delivered: cart.fulfilment === "delivery",
      address: cart.delivery?.address ?? "",
      phone: cart.delivery?.phone ?? cart.customer?.phone ?? "",
    },
    check: ({ coupon, delivered, address, phone }) => ({
      coupon: coupon && !CODE.test(coupon.trim()) && words.enterCode,
      address: delivered && !address.trim() && words.enterAddress,
      phone: delivered && !PHONE.test(phone.trim()) && t.people.enter.phone,
    }),
    act: async ({ coupon, delivered, address, phone }) =>
      close({
        coupon: coupon.trim().toUpperCase() || null,
        fulfilment: delivered ? "delivery" : "self_pickup",
        delivery: delivered ? { address: address.trim(), phone: phone.trim() } : null,
      }),
  });
  const why = off ? t.common.notAvailableOffline : undefined;
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${words.title}
    close=${close}
    actions=${html`<${Button} act=${() => close()}>${t.common.cancel}<//><button class="button main" disabled=${off}>${t.common.save}</button>`}
  >
    ${off && html`<p class="notice">${t.common.notAvailableOffline}</p>`}
    <${Field} label=${words.coupon} ...${form.bind("coupon")} hint=${why} disabled=${off} autocapitalize="characters" focused />
    <fieldset class="segments">
      <legend>${words.fulfilment}</legend>
      <label><input type="radio" name="fulfilment" checked=${!form.values.delivered} onChange=${() => form.set("delivered", false)} /><span>${words.pickup}</span></label>
      <label title=${why}><input type="radio" name="fulfilment" disabled=${off} checked=${form.values.delivered} onChange=${() => form.set("delivered", true)} /><span>${words.delivery}</span></label>
    </fieldset>
    ${form.values.delivered &&
    html`<${Field} label=${words.address} ...${form.bind("address")} maxlength="200" />
    <${Field} label=${t.people.phone} ...${form.bind("phone")} inputmode="tel" maxlength="20" />`}
  <//></form>`;
}
