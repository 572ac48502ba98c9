// A customer of this store: found by a few letters or digits, added, or edited.

import { get, put } from "../api.js";
import { uuid7 } from "../format.js";
import { offline } from "../live.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field, Refusal, useForm } from "../parts/form.js";
import { t } from "../strings.js";
import { html, useEffect, useState } from "../ui.js";

const words = t.people;
const SHORTEST = 4;
const TYPED_MS = 150;
export const PHONE = /^\+?[0-9][0-9 -]{6,18}[0-9]$/;
const EMAIL = /^[^@\s]{1,64}@[^@\s]{1,190}$/;
const GSTIN = /^[0-9]{2}[A-Z0-9]{13}$/;

export function FindCustomer({ known, close }) {
  const [editing, setEditing] = useState(null);
  if (editing) return html`<${EditCustomer} customer=${editing} back=${() => setEditing(null)} close=${close} />`;
  return html`<${Search} known=${known} edit=${setEditing} close=${close} />`;
}

function Search({ known, edit, close }) {
  const [sought, setSought] = useState("");
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const search = sought.trim();
    setProblem("");
    if (search.length < SHORTEST) {
      setFound(null);
      return undefined;
    }
    const looking = new AbortController();
    const timer = setTimeout(() => {
      get("/api/orders/customers", { search }, { signal: looking.signal }).then(
        ({ items }) => setFound(items),
        (refused) => looking.signal.aborted || setProblem(refused.message),
      );
    }, TYPED_MS);
    return () => {
      clearTimeout(timer);
      looking.abort();
    };
  }, [sought]);
  const asNew = () => edit({ customer_id: uuid7(), ...(/^[+\d\s-]+$/.test(sought) ? { phone: sought.trim() } : { name: sought.trim() }) });
  // a list shows only how each number ends
  const choose = async (one) => close(await inFull(one));
  const editKnown = async () => edit(known.customer_id ? await inFull(known) : known);
  const first = (event) => {
    event.preventDefault();
    if (found?.length) choose(found[0]);
  };
  return html`<${Sheet}
    title=${words.customer}
    close=${close}
    actions=${html`${known && html`<${Button} act=${() => close(null)}>${words.without}<//><${Button} act=${editKnown}>${words.edit(known.name)}<//>`}
      <${Button} kind=${found?.length ? "" : "main"} icon="plus" act=${asNew}>${words.addNew}<//>`}
  >
    <form onSubmit=${first}>
      <${Field} label=${words.search} hint=${words.searchHint} value=${sought} onInput=${(event) => setSought(event.currentTarget.value)} focused />
    </form>
    ${problem && html`<p class="refusal">${problem}</p>`}
    ${found?.length === 0 && html`<p class="muted">${words.nobody}</p>`}
    <ul class="choices">
      ${(found ?? []).map(
        (one) => html`<li key=${one.customer_id}>
          <${Button} class="choice" act=${() => choose(one)}><bdi>${one.name}</bdi><span class="muted">${[one.phone, one.email].filter(Boolean).join(" · ")}</span><//>
          <${Button} kind="quiet" class="square" icon="note" label=${words.edit(one.name)} act=${async () => edit(await inFull(one))} />
        </li>`,
      )}
    </ul>
  <//>`;
}

const inFull = ({ customer_id }) => get(`/api/orders/customers/${customer_id}`);

function EditCustomer({ customer, back, close }) {
  const form = useForm({
    start: { name: "", phone: "", email: "", gstin: "", state_code: "", ...noNulls(customer) },
    check: ({ name, phone, email, gstin, state_code: state }) => ({
      name: !name.trim() && words.enter.name,
      phone: phone && !PHONE.test(phone.trim()) && words.enter.phone,
      email: email && !EMAIL.test(email.trim()) && words.enter.email,
      gstin: gstin && !GSTIN.test(gstin.trim().toUpperCase()) && words.enter.gstin,
      state_code: state && !/^[0-9]{2}$/.test(state.trim()) && words.enter.state_code,
    }),
    words: words.enter,
    act: async ({ name, phone, email, gstin, state_code: state }) => {
      const body = { name: name.trim(), phone: phone.trim(), email: email.trim(), gstin: gstin.trim().toUpperCase(), state_code: state.trim() };
      close(await put(`/api/orders/customers/${customer.customer_id}`, orNull(body)));
    },
  });
  return html`<form onSubmit=${form.submit} novalidate><${Sheet}
    title=${customer.revision ? words.editTitle : words.addTitle}
    close=${close}
    actions=${html`<${Button} act=${back}>${t.common.back}<//><button class="button main" aria-busy=${form.busy}>${words.save}</button>`}
  >
    <${Field} label=${words.name} ...${form.bind("name")} maxlength="120" focused />
    <div class="pair">
      <${Field} label=${words.phone} ...${form.bind("phone")} inputmode="tel" maxlength="20" />
      <${Field} label=${words.email} ...${form.bind("email")} inputmode="email" maxlength="200" />
    </div>
    <div class="pair">
      <${Field} label=${words.gstin} ...${form.bind("gstin")} hint=${offline() ? words.gstinOffline : undefined} disabled=${offline()} maxlength="15" />
      <${Field} label=${words.state} ...${form.bind("state_code")} hint=${words.stateHint} inputmode="numeric" maxlength="2" />
    </div>
    <${Refusal} text=${form.problem} />
  <//></form>`;
}

const noNulls = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
const orNull = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value || null]));
