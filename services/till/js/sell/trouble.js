// Why the cart cannot be sold as it is, with what helps.

import { missing } from "../folder.js";
import { offline, reached } from "../live.js";
import { Button } from "../parts/button.js";
import { FolderNotice } from "../parts/folder_notice.js";
import { cart, change, withoutHeadOffice } from "../sale/cart.js";
import { refused } from "../sale/place.js";
import { reckon, refusal } from "../sale/quote.js";
import { t } from "../strings.js";
import { html } from "../ui.js";

export const Trouble = () => html`${offline() && html`<${FolderNotice} urgent />`}<${Refused} problem=${refusal.value ?? refused.value} />`;

function Refused({ problem }) {
  // the banner, or the notice about the folder, says it already
  if (!problem || (problem.unanswered && !reached.value) || (problem.code === "not_kept" && missing())) return null;
  const onlineOnly = problem.code === "not_available_offline";
  return html`<div class="refusal asks" role="alert">
    <p>${onlineOnly ? t.sell.onlineOnly : problem.message}</p>
    ${onlineOnly && html`<${Button} act=${withoutHeadOffice}>${t.sell.withoutThem}<//>`}
    ${problem.code === "not_sellable" && html`<${Button} act=${() => drop(problem.details.skus)}>${t.sell.dropThem}<//>`}
    ${problem.code === "gstin_not_available_offline" && html`<${Button} act=${dropGstin}>${t.sell.withoutGstin}<//>`}
    ${problem.unanswered && html`<${Button} act=${reckon}>${t.common.tryAgain}<//>`}
  </div>`;
}

const dropGstin = () => change({ customer: { ...cart.value.customer, gstin: null } });

const drop = (skus) => change({ lines: cart.value.lines.filter((line) => !skus.includes(line.sku)) });
