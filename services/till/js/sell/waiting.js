// A sale that was asked for and has no answer: what that means, and the way out.

import { Button } from "../parts/button.js";
import { Icon } from "../parts/icons.js";
import { abandon } from "../sale/place.js";
import { t } from "../strings.js";
import { html, useEffect, useState } from "../ui.js";
import { returnToCart } from "./stage.js";

const SHOWN_AFTER_MS = 400;

export function Waiting() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return html`<section class="finder" aria-busy="true"></section>`;
  const giveUp = async () => {
    try {
      await abandon();
      await returnToCart();
    } catch (problem) {
      throw problem.unanswered ? new Error(t.pay.waiting.givingUp) : problem;
    }
  };
  return html`<section class="finder"><div class="outcome" role="status">
    <${Icon} name="clock" />
    <h1>${t.pay.waiting.title}</h1>
    <p>${t.pay.waiting.text}</p>
    <p><strong>${t.pay.waiting.keepOpen}</strong></p>
    <${Button} kind="danger" act=${giveUp}>${t.pay.waiting.giveUp}<//>
  </div></section>`;
}
