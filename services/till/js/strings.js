// Every word that people read, in one place: another language is another folder beside `en`.

export { t } from "./strings/en/index.js";
