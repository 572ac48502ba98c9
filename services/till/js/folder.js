// The till's own folder (File System Access API): while offline each sale is written there before Pay.

import { put } from "./api.js";

const DATABASE = "till";
const STORE = "handles";
const KEY = "folder";

export const supported = () => "showDirectoryPicker" in window;

export function unsupportedText() {
  const name = /firefox/i.test(navigator.userAgent) ? "Firefox" : "Safari";
  return (
    `Offline Mode is not supported in ${name}. To continue selling without internet, ` +
    "please switch to Google Chrome or another supported browser."
  );
}

export async function granted() {
  const folder = supported() ? await remembered() : null;
  return folder !== null && (await folder.queryPermission({ mode: "readwrite" })) === "granted";
}

// Asks for a folder, or again for the one that is known; proves that it keeps what is written.
export async function grant() {
  let folder = await remembered();
  if (!folder || (await folder.requestPermission({ mode: "readwrite" })) !== "granted") {
    folder = await window.showDirectoryPicker({ id: "till", mode: "readwrite" });
  }
  const written = crypto.randomUUID();
  await write(folder, "proof", written);
  const kept = await (await folder.getFileHandle("proof")).getFile().then((file) => file.text());
  await folder.removeEntry("proof");
  if (kept !== written) throw new Error("This folder does not keep what is written to it. Choose another.");
  await remember(folder);
  await put("/api/sessions/till-storage-grant", { granted: true, folder: folder.name || "/" });
}

// Writes one step of a sale; gives the SHA-256 of what was written, null where there is no folder.
export async function keep(name, value) {
  if (!(await granted())) return null;
  const text = JSON.stringify(value);
  await write(await remembered(), name, text);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function write(folder, name, text) {
  const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await stream.write(text);
  await stream.close();
}

async function remembered() {
  return (await inStore("readonly", (store) => store.get(KEY))) ?? null;
}

const remember = (folder) => inStore("readwrite", (store) => store.put(folder, KEY));

function inStore(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = act(opening.result.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    };
  });
}
