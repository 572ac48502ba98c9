// The till begins.

import { askToKeep } from "./db.js";
import { startIdleLock } from "./idle_lock.js";
import { startLive } from "./live.js";
import { claim } from "./one_tab.js";
import { asking } from "./parts/dialog.js";
import { followPaymentModes } from "./payment_modes.js";
import { stage } from "./sell/stage.js";
import { resume } from "./session.js";
import { Shell } from "./shell.js";
import { keepShell } from "./shell_cache.js";
import "./theme.js";
import { html, render } from "./ui.js";

claim();
render(html`<${Shell} />`, document.getElementById("till"));
startLive();
followPaymentModes();
resume();
startIdleLock();
askToKeep();

// the first screen comes first
const SETTLED_MS = 2_000;
const idle = () => ["cart", "done"].includes(stage.value) && !asking();
addEventListener("load", () => setTimeout(() => keepShell(idle).catch(() => {}), SETTLED_MS));
