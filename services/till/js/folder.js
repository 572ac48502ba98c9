// The till's own folder (File System Access API): while offline each sale is written there before Pay.

import { put } from "./api.js";
import { read, write as remember } from "./db.js";
import { t } from "./strings.js";

const KEY = "folder";

export const supported = () => "showDirectoryPicker" in window;

export const unsupportedText = () => t.shell.unsupported(/firefox/i.test(navigator.userAgent) ? "Firefox" : "Safari");

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
  if (kept !== written) throw new Error(t.shell.folderForgets);
  await remember(KEY, folder);
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

const remembered = async () => (await read(KEY)) ?? null;

async function write(folder, name, text) {
  const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await stream.write(text);
  await stream.close();
}
