// Line icons, drawn here: 24 × 24, as thick as text. They say nothing to a screen reader.

import { html } from "../ui.js";

const PATHS = {
  bag: "M6 8h12l1 12H5L6 8Zm3 0V7a3 3 0 0 1 6 0v1",
  back: "M15 5l-7 7 7 7",
  cash: "M3 7h18v10H3V7Zm9 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM6 12h.01M18 12h.01",
  card: "M3 6h18v12H3V6Zm0 4h18M7 15h3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 7.5V12l3 2",
  close: "M6 6l12 12M18 6L6 18",
  erase: "M9 6h11v12H9l-5-6 5-6Zm3.5 4l4 4m0-4l-4 4",
  extend: "M7 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM7 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM9.2 8.2L20 17M9.2 15.8L20 7",
  hold: "M9 5v14M15 5v14",
  lifebuoy: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm0 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM6 6l3.5 3.5m5 5L18 18m0-12l-3.5 3.5m-5 5L6 18",
  link: "M10 14a4 4 0 0 0 6 .4l2.6-2.6a4 4 0 0 0-5.7-5.7L11.5 7.5M14 10a4 4 0 0 0-6-.4l-2.6 2.6a4 4 0 0 0 5.7 5.7l1.4-1.4",
  minus: "M6 12h12",
  more: "M12 6h.01M12 12h.01M12 18h.01",
  note: "M5 4h14v16H5V4Zm3.5 5h7m-7 4h7m-7 3.5h4",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c.8-3.7 3.7-5.5 7.5-5.5s6.7 1.8 7.5 5.5",
  phone: "M7 3h10v18H7V3Zm4 15h2",
  plus: "M12 6v12M6 12h12",
  printer: "M7 8V4h10v4M7 17H4V8h16v9h-3M7 14h10v6H7v-6Z",
  receipt: "M6 3.5l2 1.5 2-1.5 2 1.5 2-1.5 2 1.5 2-1.5V20.5l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5V3.5ZM9 9.5h6M9 13.5h6",
  retry: "M19 12a7 7 0 1 1-2.2-5.1M19 3.5V8h-4.5",
  search: "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM16 16l4.5 4.5",
  settings: "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM9 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  stack: "M4 8l8-4 8 4-8 4-8-4Zm0 4l8 4 8-4M4 16l8 4 8-4",
  tag: "M4 4h8l8 8-8 8-8-8V4Zm4 4h.01",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  truck: "M3 6h11v10H3V6Zm11 4h4l3 3v3h-7v-6ZM7 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm10 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  warning: "M12 4l9 16H3L12 4Zm0 6v4.5M12 17.3h.01",
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
