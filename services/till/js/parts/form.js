// Fields with their words, and forms that say beside the field what to do; nothing typed is lost.

import { fieldErrors } from "../api.js";
import { t } from "../strings.js";
import { html, useFocus, useRef, useState } from "../ui.js";

// what nobody sees and no printer prints: the store refuses it
const UNSEEN = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069\ufeff]/u;

let fields = 0;

/** An input with its label; `error` and `hint` stand beneath it. Other properties are the input's own. */
export function Field({ label, error, hint, as = "input", children, wide, focused = false, ...rest }) {
  const id = useRef(`field-${(fields += 1)}`).current;
  const place = useFocus(focused);
  const said = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="field ${wide ? "wide" : ""}">
    <label for=${id}>${label}</label>
    <${as} id=${id} ref=${place} autocomplete="off" aria-invalid=${error ? "true" : undefined} aria-describedby=${said || undefined} ...${rest}>${children}<//>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}

/**
 * State of a form: `bind(name)` for a Field, `submit` for the form. `check(values)` gives words by field for what is
 * wrong; `words` are the words for fields that the store refuses.
 */
export function useForm({ start = {}, check = () => ({}), words = {}, act }) {
  const [values, setValues] = useState(start);
  const [errors, setErrors] = useState({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const set = (name, value) => {
    setValues((old) => ({ ...old, [name]: value }));
    setErrors((old) => ({ ...old, [name]: undefined }));
  };
  const submit = async (event) => {
    event?.preventDefault();
    const wrong = { ...said(unseen(values)), ...said(check(values)) };
    setErrors(wrong);
    setProblem("");
    if (busy || Object.keys(wrong).length) return focusFirst(event?.currentTarget);
    setBusy(true);
    try {
      await act(values);
    } catch (refused) {
      const named = fieldErrors(refused, words);
      setErrors(named);
      setProblem(Object.keys(named).length ? "" : refused.message);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const bind = (name) => ({
    name,
    value: values[name] ?? "",
    error: errors[name],
    onInput: (event) => set(name, event.currentTarget.value),
  });
  return { values, set, bind, submit, errors, problem, busy };
}

const said = (words) => Object.fromEntries(Object.entries(words).filter(([, word]) => word));

const unseen = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, UNSEEN.test(value) && t.common.unseen]));

function focusFirst(form) {
  requestAnimationFrame(() => form?.querySelector("[aria-invalid=true]")?.focus());
}

export function Refusal({ text }) {
  return html`<p class="refusal" role="alert">${text}</p>`;
}
