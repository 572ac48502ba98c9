// One thing that is asked over the page: focus stays in it, Esc leaves it.

import { html, signal, useLayoutEffect, useRef } from "../ui.js";
import { t } from "../strings.js";
import { Icon } from "./icons.js";

const open = signal([]);

/** Shows a view over the page until it calls its `close(answer)`; resolves with that, undefined where it was left. */
export function ask(view, properties = {}) {
  return new Promise((resolve) => {
    const entry = { id: crypto.randomUUID(), view, properties };
    entry.close = (answer) => {
      open.value = open.value.filter((other) => other !== entry);
      resolve(answer);
    };
    open.value = [...open.value, entry];
  });
}

export const asking = () => open.value.length > 0;

/** Leaves whatever is asked. */
export const leaveAll = () => open.value.forEach((entry) => entry.close());

export function Dialogs() {
  return open.value.map(
    ({ id, view, properties, close }) => html`<${Over} key=${id} close=${close}><${view} ...${properties} close=${close} /><//>`,
  );
}

function Over({ close, children }) {
  const place = useRef(null);
  // open before what is in it takes the focus
  useLayoutEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog ref=${place} class="dialog" onCancel=${cancel} closedby="closerequest">${children}</dialog>`;
}

/** The frame of such a view: its title, what it holds, and its buttons. */
export function Sheet({ title, close, children, actions, wide }) {
  return html`<section class="sheet ${wide ? "wide" : ""}">
    <header>
      <h2>${title}</h2>
      <button type="button" class="button quiet square" aria-label=${t.common.close} onClick=${() => close()}><${Icon} name="close" /></button>
    </header>
    <div class="sheet-body">${children}</div>
    ${actions && html`<footer>${actions}</footer>`}
  </section>`;
}
