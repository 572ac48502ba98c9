// Sign-in, the first PIN, and pairing of this till by a manager.

import { keepToken, post } from "./api.js";
import { button, field, form, h, show, toast } from "./dom.js";

const PAIRED = "till.paired";

const paired = () => JSON.parse(localStorage.getItem(PAIRED) ?? "null");

export function open(page, done) {
  const till = paired();
  const code = field("Staff code", { name: "staff", autofocus: true });
  const pin = field("PIN", { type: "password", inputMode: "numeric", name: "pin" });
  const submit = async () => {
    await signIn({ staff_code: code.input.value.trim(), pin: pin.input.value, ...till });
    await done();
  };
  const title = till ? `Sign in · ${localStorage.getItem("till.name") ?? "Till"}` : "Sign in";
  show(
    page,
    h(
      "section",
      { className: "sheet narrow stack" },
      h("h1", {}, title),
      !till && h("p", { className: "faint" }, "This till is not paired yet: a manager signs in and pairs it."),
      form([code.element, pin.element, h("button", { className: "main" }, "Sign in")], submit),
      button("Set a PIN with a one-time code", () => setPin(page, done)),
      till === null && button("Pair this till", () => pair(page, done)),
    ),
  );
  code.input.focus();
}

async function signIn(body) {
  const answer = await post("/api/sessions/sign-in", body, { bearer: null });
  keepToken(answer.token);
}

function setPin(page, done) {
  const staff = field("Staff code", {});
  const code = field("One-time code", { autocapitalize: "characters" });
  const pin = field("New PIN, 6 to 8 digits", { type: "password", inputMode: "numeric" });
  const submit = async () => {
    const body = { staff_code: staff.input.value.trim(), code: code.input.value, pin: pin.input.value };
    await post("/api/sessions/pin", body, { bearer: null });
    toast("The PIN is set.");
    open(page, done);
  };
  const send = h("button", { className: "main" }, "Set PIN");
  sheet(page, "Set a PIN", form([staff.element, code.element, pin.element, send], submit), done);
}

function pair(page, done) {
  const staff = field("Manager's staff code", {});
  const pin = field("PIN", { type: "password", inputMode: "numeric" });
  const name = field("Name of this till", { value: "Till 1" });
  const submit = async () => {
    await signIn({ staff_code: staff.input.value.trim(), pin: pin.input.value });
    const till = await post("/api/orders/tills", { name: name.input.value.trim() });
    localStorage.setItem(PAIRED, JSON.stringify({ till_id: till.till_id, till_key: till.till_key }));
    localStorage.setItem("till.name", till.name);
    await post("/api/sessions/sign-out");
    keepToken(null);
    toast(`${till.name} is paired.`);
    open(page, done);
  };
  const send = h("button", { className: "main" }, "Pair");
  sheet(page, "Pair this till", form([staff.element, pin.element, name.element, send], submit), done);
}

function sheet(page, title, content, done) {
  const back = button("Back", () => open(page, done));
  show(page, h("section", { className: "sheet narrow stack" }, h("h1", {}, title), content, back));
}
