// The only words that this page lets become markup or script: the gateway allows no policy but this one.

const policy = globalThis.trustedTypes?.createPolicy("till", {
  createHTML: (html) => html,
  createScriptURL: () => "sw.js",
});

export const worker = policy?.createScriptURL("") ?? "sw.js";

/** @param {string} html an invoice as the store wrote it: what people typed is escaped in it */
export const invoice = (html) => policy?.createHTML(html) ?? html;
