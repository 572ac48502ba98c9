// Where one is: the part of the address behind #, such as #/orders/0192…

import { signal } from "./ui.js";

const parts = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);

/** The words of the address: the page's name first. */
export const route = signal(parts());

addEventListener("hashchange", () => {
  route.value = parts();
});

export const address = (...words) => `#/${words.map(encodeURIComponent).join("/")}`;

export function go(...words) {
  location.hash = address(...words);
}
