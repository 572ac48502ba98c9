// What must outlive a reload or a power cut: cart, unanswered sale, folder. Written through to the disk.

import { openDB } from "../vendor/idb.mjs";

const NAME = "store-edge-till";
const STORE = "kept";
const STRICT = { durability: "strict" };

const database = openDB(NAME, 1, { upgrade: (db) => db.createObjectStore(STORE) });

export const read = async (key) => (await database).get(STORE, key);

export const write = (key, value) => change((store) => store.put(value, key));

export const erase = (key) => change((store) => store.delete(key));

async function change(act) {
  const transaction = (await database).transaction(STORE, "readwrite", STRICT);
  await Promise.all([act(transaction.store), transaction.done]);
}

/** Asks the browser not to throw this away when room gets short. */
export const askToKeep = () => navigator.storage?.persist?.() ?? false;
