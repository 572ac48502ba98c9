// Seals what a till keeps for the day on which the edge server is lost, so that only head office can read it.

const VERSION = 1;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const INFO = bytes(`store-edge kept ${VERSION}`);
const IV_BYTES = 12;
const CHUNK = 0x8000;

/**
 * Seals a text under a file name, to the key of docs/head-office-api.yaml (`open_kept`); gives the file's text.
 * @param {{store_id: string, key_id: string, public_key: string}} key
 */
export async function seal({ store_id, key_id, public_key }, name, text) {
  const theirs = await crypto.subtle.importKey("spki", fromBase64(public_key), CURVE, false, []);
  const once = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const epk = await crypto.subtle.exportKey("raw", once.publicKey);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, once.privateKey, 256);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const cipher = { name: "AES-GCM", iv, additionalData: bytes(`${store_id}/${key_id}/${name}`) };
  const sealed = await crypto.subtle.encrypt(cipher, await derived(secret, epk), bytes(text));
  const sent = { epk: toBase64(epk), iv: toBase64(iv), text: toBase64(sealed) };
  return JSON.stringify({ kept: VERSION, store_id, key_id, name, ...sent });
}

/** The SHA-256 of a text, in hexadecimal. */
export async function digest(text) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(text)));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function derived(secret, salt) {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: INFO };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
}

function bytes(text) {
  return new TextEncoder().encode(text);
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

function toBase64(buffer) {
  const whole = new Uint8Array(buffer);
  let text = "";
  for (let at = 0; at < whole.length; at += CHUNK) text += String.fromCharCode(...whole.subarray(at, at + CHUNK));
  return btoa(text);
}
