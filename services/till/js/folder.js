// The till's own folder (File System Access API): each sale is written there before Pay, sealed for head office.

import { get, put } from "./api.js";
import { read, write as remember } from "./db.js";
import { digest, seal } from "./sealing.js";
import { t } from "./strings.js";

const FOLDER = "folder";
const KEY = "folder.key";

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
  await learnKey();
  await remember(FOLDER, folder);
  await put("/api/sessions/till-storage-grant", { granted: true, folder: folder.name || "/" });
}

// Writes one step of a sale; gives the SHA-256 of the file, null where there is no folder.
export async function keep(name, value) {
  if (!(await granted())) return null;
  const key = (await read(KEY)) ?? (await learnKey());
  const text = await seal(key, name, JSON.stringify(value));
  await write(await remembered(), name, text);
  return digest(text);
}

// Follows head office, which may change the key that copies are sealed with.
export async function followKey() {
  if (await granted()) await learnKey();
}

async function learnKey() {
  const key = await get("/api/orders/recovery-key");
  await remember(KEY, key);
  return key;
}

const remembered = async () => (await read(FOLDER)) ?? null;

async function write(folder, name, text) {
  const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await stream.write(text);
  await stream.close();
}
