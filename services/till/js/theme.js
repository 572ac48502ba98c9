// Light or dark: as the device has it, unless somebody chose.

import { effect, signal } from "./ui.js";

const KEY = "till.theme";

export const THEMES = ["system", "light", "dark"];
export const theme = signal(localStorage.getItem(KEY) ?? "system");

effect(() => {
  localStorage.setItem(KEY, theme.value);
  document.documentElement.dataset.theme = theme.value;
});
