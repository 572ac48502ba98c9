// A barcode scanner types like a keyboard, only faster than anybody, and ends with Enter.

const PAUSE_MS = 120;
const FASTEST_PERSON_MS = 45;
const SHORTEST = 4;

/**
 * Hears scans wherever the focus is; what a scanner typed into a field is taken out of it again.
 * Gives the way to stop.
 * @param {(code: string) => void} scanned
 */
export function listenForScans(scanned) {
  let code = "";
  let began = 0;
  let last = 0;
  let field = null;
  let before = "";

  const start = (event) => {
    code = "";
    began = event.timeStamp;
    field = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement ? event.target : null;
    before = field?.value ?? "";
  };

  const heard = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.type === "password") return;
    const paused = event.timeStamp - last > PAUSE_MS;
    last = event.timeStamp;
    if (event.key === "Enter") {
      const typed = (event.timeStamp - began) / code.length > FASTEST_PERSON_MS;
      if (paused || typed || code.length < SHORTEST) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      restore(field, before);
      scanned(code);
      code = "";
    } else if (event.key.length === 1) {
      if (paused || !code) start(event);
      code += event.key;
    }
  };

  addEventListener("keydown", heard, { capture: true });
  return () => removeEventListener("keydown", heard, { capture: true });
}

function restore(field, value) {
  if (!field?.isConnected) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
