// The recovery desk: what only a person can cure, and money that waits to be given back.

import { get, post } from "../api.js";
import { useNews } from "../live.js";
import { Button } from "../parts/button.js";
import { say } from "../parts/toast.js";
import { Money } from "../recovery/money.js";
import { Notices } from "../recovery/notices.js";
import { Pending } from "../recovery/pending.js";
import { t } from "../strings.js";
import { html, useState } from "../ui.js";

const words = t.recovery;

export function Recovery({ words: [only] }) {
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = () =>
    get("/api/sync/pending").then(
      (pending) => (setFound(pending), setProblem(null)),
      (refused) => setProblem(refused.message),
    );
  useNews(["sync", "orders"], load);
  const retryAll = async () => {
    const { orders } = await post("/api/sync/retry-all");
    say(words.retried(orders), "good");
    await load();
  };
  const waits = found && (found.total > 0 || found.refused_notices.length > 0);
  return html`<div class="office">
    <header class="office-head">
      <div>
        <h1>${words.title}</h1>
        ${found?.total > 0 && html`<p class="muted">${words.count(found.total)}</p>`}
      </div>
      ${waits && html`<${Button} icon="retry" act=${retryAll}>${words.retryAll}<//>`}
    </header>
    ${problem && html`<p class="refusal" role="alert">${problem}</p>`}
    ${found && html`<${Pending} items=${found.items} only=${only} changed=${load} />`}
    ${found && html`<${Notices} items=${found.refused_notices} />`}
    <${Money} />
  </div>`;
}
