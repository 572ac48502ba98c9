// Which till, where one is, how things stand, and who sells.

import { count } from "../format.js";
import { status } from "../live.js";
import { PAGES, visible } from "../pages.js";
import { route } from "../router.js";
import { signOut, till, who } from "../session.js";
import { t } from "../strings.js";
import { theme, THEMES } from "../theme.js";
import { html } from "../ui.js";
import { Button } from "./button.js";
import { ask, Sheet } from "./dialog.js";
import { Icon } from "./icons.js";
import { Lights } from "./lights.js";
import { Menu } from "./menu.js";

export function Header() {
  return html`<header class="top">
    <a class="brand" href="#/sell"><img src="icon.svg" alt="" width="28" height="28" /><span>${till.value?.name ?? t.shell.till}</span></a>
    <${Navigation} />
    <div class="top-end">
      <${Backlog} />
      <${Lights} />
      <${Person} />
    </div>
  </header>`;
}

function Navigation() {
  const [current = "sell"] = route.value;
  return html`<nav class="navigation" aria-label=${t.shell.navigation}>
    ${PAGES.filter(visible).map(
      ({ name, icon }) => html`<a key=${name} href="#/${name}" aria-current=${name === current ? "page" : undefined}>
        <${Icon} name=${icon} /><span>${t.shell.pages[name]}</span>
      </a>`,
    )}
  </nav>`;
}

/** What waits, in words: green only when nothing does; null while that is not known. */
function standing() {
  const backlog = status.value?.backlog;
  if (!backlog) return null;
  if (backlog.pending) return { kind: "bad", text: t.shell.pending(backlog.pending), many: backlog.pending };
  if (backlog.waiting) return { kind: "warn", text: t.shell.waiting(backlog.waiting), many: backlog.waiting };
  return backlog.nothing_waits ? { kind: "good", text: t.shell.nothingWaits } : { kind: "warn", text: t.shell.othersWait };
}

function Backlog() {
  const stands = standing();
  if (!stands) return null;
  return html`<a class="chip ${stands.kind} backlog" href="#/settings" aria-label=${stands.text} title=${stands.text}>
    <i></i><span>${stands.text}</span>${stands.many && html`<b>${count(stands.many)}</b>`}
  </a>`;
}

function Person() {
  const { name, role } = who.value;
  const initials = [...name.matchAll(/\p{L}+/gu)].map(([word]) => word[0]).slice(0, 2).join("");
  const button = html`<span class="avatar" aria-hidden="true">${initials}</span><bdi class="person-name">${name}</bdi>`;
  return html`<${Menu} button=${button} label="${name}, ${t.shell.roles[role]}" class="person">
    ${(close) => html`
      <p class="menu-title"><bdi>${name}</bdi><span class="muted">${t.shell.roles[role]}</span></p>
      <${Appearance} />
      <${Button} icon="back" kind="quiet" act=${() => (close(), leave())}>${t.shell.signOut}<//>
    `}
  <//>`;
}

function Appearance() {
  return html`<fieldset class="segments">
    <legend>${t.shell.theme}</legend>
    ${THEMES.map(
      (name) => html`<label key=${name}>
        <input type="radio" name="theme" checked=${theme.value === name} onChange=${() => (theme.value = name)} />
        <span>${t.shell.themes[name]}</span>
      </label>`,
    )}
  </fieldset>`;
}

/** Warns while something waits, and lets go all the same. */
async function leave() {
  const backlog = status.value?.backlog;
  if (backlog && !backlog.nothing_waits && !(await ask(SignOut))) return;
  await signOut();
}

function SignOut({ close }) {
  return html`<${Sheet}
    title=${t.shell.signOutTitle}
    close=${close}
    actions=${html`<${Button} act=${() => close(false)}>${t.common.cancel}<//><${Button} kind="main" act=${() => close(true)}>${t.shell.signOutAnyway}<//>`}
  >
    <p><strong>${t.shell.pleaseWait}</strong></p>
    <p>${standing()?.text}</p>
  <//>`;
}
