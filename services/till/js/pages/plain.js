// A view that draws its elements itself.

import { onNews } from "../live.js";
import { who } from "../session.js";
import { html, useEffect, useRef } from "../ui.js";

const TOPICS = ["mode", "sync", "orders", "storage", "catalog", "sessions"];

export function Plain({ view }) {
  const place = useRef(null);
  useEffect(() => {
    view.open(place.current, who.value);
    const stops = TOPICS.map((what) => onNews([what], () => view.heard?.({ what })));
    return () => stops.forEach((stop) => stop());
  }, [view]);
  return html`<div class="page plain" ref=${place}></div>`;
}
