// Selling by keyboard alone: what the function keys do. They are told on the buttons themselves.

import { asking } from "../parts/dialog.js";
import { html, useEffect } from "../ui.js";
import { chooseCustomer, chooseEmployee, holdCart, showHeld, startPaying, writeNote } from "./actions.js";
import { leave, stage } from "./stage.js";

const KEYS = {
  F4: chooseCustomer,
  F6: chooseEmployee,
  F7: writeNote,
  F8: holdCart,
  F9: startPaying,
  F10: showHeld,
};

export function useKeys() {
  useEffect(() => {
    const pressed = (event) => {
      if (asking()) return;
      if (event.key === "Escape" && stage.value === "pay") leave();
      if (!KEYS[event.key] || stage.value !== "cart") return;
      event.preventDefault();
      KEYS[event.key]();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

export const Key = ({ name }) => html`<kbd aria-hidden="true">${name}</kbd>`;
