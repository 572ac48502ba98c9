// The till begins.

import { askToKeep } from "./db.js";
import { startLive } from "./live.js";
import { claim } from "./one_tab.js";
import { resume } from "./session.js";
import { Shell } from "./shell.js";
import { keepShell } from "./shell_cache.js";
import "./theme.js";
import { html, render } from "./ui.js";

claim();
render(html`<${Shell} />`, document.getElementById("till"));
startLive();
resume();
askToKeep();
addEventListener("load", () => keepShell().catch(() => {}));
