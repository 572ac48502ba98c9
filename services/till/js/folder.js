// The till's own folder (File System Access API): each sale is written there before Pay, sealed for head office.

import { get, put } from "./api.js";
import { read, write as remember } from "./db.js";
import { digest, seal } from "./sealing.js";
import { t } from "./strings.js";
import { signal } from "./ui.js";

const FOLDER = "folder";
const KEY = "folder.key";
const WRITABLE = { mode: "readwrite" };

export const supported = () => "showDirectoryPicker" in window;

/** How it stands: "granted", "lost" (the browser took its permission back), "none"; null before that is known. */
export const standing = signal(null);

/** Looks how it stands, for a browser tells nobody when it takes a permission back; whether it may be written to. */
export async function look() {
  const folder = supported() ? await remembered() : null;
  const permission = await folder?.queryPermission(WRITABLE);
  standing.value = !folder ? "none" : permission === "granted" ? "granted" : "lost";
  return standing.value === "granted";
}

/** Why nothing can be kept here, in words; null where it can, or where that is not known yet. */
export function missing() {
  if (!supported()) return t.folder.unsupported(/firefox/i.test(navigator.userAgent) ? "Firefox" : "Safari");
  return t.folder[standing.value]?.text ?? null;
}

/** Asks for a folder, or again for the one that is known; proves that it keeps what is written. */
export async function grant() {
  let folder = await remembered();
  if (!folder || (await folder.requestPermission(WRITABLE)) !== "granted") {
    folder = await window.showDirectoryPicker({ id: "till", ...WRITABLE });
  }
  await prove(folder);
  await remember(FOLDER, folder);
  await learnKey();
  await look();
  await put("/api/sessions/till-storage-grant", { granted: true, folder: folder.name || "/" });
}

/** Writes one step of a sale; gives the SHA-256 of the file, null where there is no folder. */
export async function keep(name, value) {
  if (!(await look())) return null;
  const key = (await read(KEY)) ?? (await learnKey());
  const text = await seal(key, name, JSON.stringify(value));
  await write(await remembered(), name, text);
  return digest(text);
}

/** Follows head office, which may change the key that copies are sealed with. */
export async function followKey() {
  if (await look()) await learnKey();
}

async function learnKey() {
  const key = await get("/api/orders/recovery-key");
  await remember(KEY, key);
  return key;
}

const remembered = async () => (await read(FOLDER)) ?? null;

async function prove(folder) {
  const written = crypto.randomUUID();
  await write(folder, "proof", written);
  const kept = await (await folder.getFileHandle("proof")).getFile().then((file) => file.text());
  await folder.removeEntry("proof");
  if (kept !== written) throw new Error(t.folder.forgets);
}

async function write(folder, name, text) {
  const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await stream.write(text);
  await stream.close();
}
