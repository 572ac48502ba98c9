// Who sold it, where that is not who stands at the till.

import { get } from "../api.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/dialog.js";
import { Field } from "../parts/form.js";
import { t } from "../strings.js";
import { html, useEffect, useState } from "../ui.js";

export function FindEmployee({ chosen, close }) {
  const [people, setPeople] = useState([]);
  const [words, setWords] = useState("");
  const [problem, setProblem] = useState("");
  useEffect(() => {
    get("/api/sessions/sales-employees").then(({ items }) => setPeople(items), (refused) => setProblem(refused.message));
  }, []);
  const sought = words.trim().toLocaleLowerCase();
  const found = people.filter(({ staff_code: code, name }) => `${code} ${name}`.toLocaleLowerCase().includes(sought));
  const pick = ({ staff_code, name }) => close({ staff_code, name });
  const first = (event) => {
    event.preventDefault();
    if (sought && found.length) pick(found[0]);
  };
  return html`<${Sheet} title=${t.sell.employee} close=${close} actions=${chosen && html`<${Button} act=${() => close(null)}>${t.sell.noEmployee}<//>`}>
    <form onSubmit=${first}><${Field} label=${t.common.search} value=${words} onInput=${(event) => setWords(event.currentTarget.value)} focused /></form>
    ${problem && html`<p class="refusal">${problem}</p>`}
    <ul class="choices">
      ${found.map(
        (person) => html`<li key=${person.staff_code}>
          <${Button} class="choice" aria-pressed=${chosen?.staff_code === person.staff_code} act=${() => pick(person)}>
            <bdi>${person.name}</bdi><span class="muted">${person.staff_code}</span>
          <//>
        </li>`,
      )}
    </ul>
  <//>`;
}
