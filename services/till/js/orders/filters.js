// Which orders one wants to see; kept while other pages are open.

import { get } from "../api.js";
import { Field } from "../parts/form.js";
import { t } from "../strings.js";
import { html, signal, useEffect, useState } from "../ui.js";

const TYPED_MS = 200;
const NOTHING = { search: "", state: "", mode: "", till_id: "", business_date: "", session_id: "" };

export const filters = signal(NOTHING);
export const filtered = () => Object.values(filters.value).some(Boolean);

/** Shows the orders of one offline session. */
export const ofSession = (id) => (filters.value = { ...NOTHING, session_id: id });
export const ofEverything = () => (filters.value = NOTHING);

export function Filters() {
  const words = t.orders;
  const tills = useTills();
  const set = (name) => (event) => (filters.value = { ...filters.value, [name]: event.currentTarget.value });
  const pick = (name, label, any, choices) => html`<${Field} as="select" label=${label} value=${filters.value[name]} onChange=${set(name)}>
    <option value="">${any}</option>
    ${choices.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
  <//>`;
  return html`<search class="filters">
    <${Search} />
    ${pick("state", words.state, words.anyState, Object.entries(words.states))}
    ${pick("mode", words.mode, words.anyMode, Object.entries(words.modes))}
    ${pick("till_id", words.till, words.anyTill, tills.map(({ till_id: id, name }) => [id, name]))}
    <${Field} label=${words.day} type="date" value=${filters.value.business_date} onChange=${set("business_date")} />
  </search>`;
}

function Search() {
  const [typed, setTyped] = useState(filters.value.search);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (filters.value.search !== typed.trim()) filters.value = { ...filters.value, search: typed.trim() };
    }, TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`<${Field} label=${t.orders.search} type="search" wide maxlength="64" value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} />`;
}

/** The tills of the store; none while they are not known. */
export function useTills() {
  const [tills, setTills] = useState([]);
  useEffect(() => {
    get("/api/orders/tills").then(({ items }) => setTills(items), () => null);
  }, []);
  return tills;
}
