// Settings → Network Connectivity: what keeps the store selling, and what was sold while the line was gone.

import { lightsNow, LightList } from "../parts/lights.js";
import { DataSync } from "../settings/data_sync.js";
import { OfflineMode } from "../settings/offline_mode.js";
import { OrderSync } from "../settings/order_sync.js";
import { Session } from "../settings/session.js";
import { Sessions } from "../settings/sessions.js";
import { Storage } from "../settings/storage.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

const words = t.settings;

export function Settings({ words: [part, id] }) {
  return part === "sessions" && id ? html`<${Session} key=${id} id=${id} />` : html`<${NetworkConnectivity} />`;
}

function NetworkConnectivity() {
  return html`<div class="office">
    <header class="office-head"><h1>${words.title}</h1></header>
    <div class="split">
      <div><${OfflineMode} /><${DataSync} /><${Storage} /></div>
      <div>
        <section class="card"><h2>${t.shell.lights}</h2><${LightList} items=${lightsNow()} /></section>
        <${OrderSync} />
      </div>
    </div>
    <${Sessions} />
  </div>`;
}
