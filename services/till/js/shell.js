// The frame: whose till it is, what state it is in, and the page that one is on.

import { claim, mine } from "./one_tab.js";
import { PAGES, visible } from "./pages.js";
import { SignIn } from "./pages/sign_in.js";
import { Banner } from "./parts/banner.js";
import { Button } from "./parts/button.js";
import { Dialogs } from "./parts/dialog.js";
import { Header } from "./parts/header.js";
import { Toasts } from "./parts/toast.js";
import { route } from "./router.js";
import { who } from "./session.js";
import { t } from "./strings.js";
import { html } from "./ui.js";

export function Shell() {
  if (mine.value === false) return html`<${OtherTab} />`;
  if (mine.value === null || who.value === undefined) return null;
  return html`${who.value ? html`<${Banner} /><${Header} /><${Page} />` : html`<${SignIn} />`}<${Dialogs} /><${Toasts} />`;
}

function Page() {
  const [name = "sell", ...rest] = route.value;
  const found = PAGES.find((page) => page.name === name && visible(page));
  return html`<main class="view ${name}">
    ${found ? html`<${found.page} key=${name} words=${rest} />` : html`<h1 class="page">${t.shell.noPage}</h1>`}
  </main>`;
}

function OtherTab() {
  return html`<main class="alone"><section class="card stack">
    <h1>${t.shell.otherTab.title}</h1>
    <p>${t.shell.otherTab.text}</p>
    <${Button} kind="main" act=${() => claim({ steal: true })}>${t.shell.otherTab.use}<//>
  </section></main>`;
}
