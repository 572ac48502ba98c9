// In which state the store sells: it cannot be overlooked, and cannot be misread.

import { put } from "../api.js";
import { look, mode, reached } from "../live.js";
import { t } from "../strings.js";
import { html } from "../ui.js";
import { Button } from "./button.js";
import { say } from "./toast.js";

async function turnOff() {
  const { taken } = await put("/api/sessions/mode", { on: false });
  if (!taken) say(t.shell.turningOff);
  await look();
}

export function Banner() {
  const shown = mode.value?.shown;
  const banner = shown?.banner ?? { kind: "none", text: "" };
  return html`<div class="banners" role="status" aria-live="polite">
    ${!reached.value && html`<p class="banner lost">${t.shell.lost}</p>`}
    ${banner.kind !== "none" &&
    html`<div class="banner ${banner.kind}">
      <p>${banner.text}</p>
      ${shown.turn_off && html`<${Button} kind="on-banner" act=${turnOff}>${t.shell.turnOff}<//>`}
    </div>`}
  </div>`;
}
