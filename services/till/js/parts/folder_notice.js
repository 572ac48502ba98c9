// A till without its folder cannot sell while offline: it says so, with the button that grants one.

import * as folder from "../folder.js";
import { t } from "../strings.js";
import { html, useEffect } from "../ui.js";
import { Button } from "./button.js";

/** `urgent`: it keeps from selling now. */
export function FolderNotice({ urgent }) {
  useEffect(() => {
    folder.look();
    addEventListener("focus", folder.look);
    return () => removeEventListener("focus", folder.look);
  }, []);
  const why = folder.missing();
  if (!why) return null;
  return html`<div class="notice asks" role=${urgent ? "alert" : undefined}>
    <p>${why}</p>
    ${folder.supported() && html`<${Button} act=${folder.grant}>${t.folder[folder.standing.value].grant}<//>`}
  </div>`;
}
