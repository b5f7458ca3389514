// Values that could not be sent wait in IndexedDB, encrypted (AES-GCM) with a key that the server's session holds.
import { one, send } from "./page.js";

const DB = "edc";
const STORE = "unsent";
const person = () => document.body.dataset.person;
let key = null;

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DB, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore(mode, work) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

// Fetched while the line is up; held in memory only, not extractable.
export async function unlock(url) {
  const response = await send(url, { accept: "application/json", ask: false });
  if (!response.ok) return false;
  const bytes = Uint8Array.from(atob((await response.json()).key), (letter) => letter.charCodeAt(0));
  key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return true;
}

export async function put(id, content) {
  if (!key) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(content)));
  await inStore("readwrite", (store) => store.put({ id: `${person()} ${id}`, person: person(), iv, data }));
}

export const erase = (id) => inStore("readwrite", (store) => store.delete(`${person()} ${id}`));

// What this person left behind and this session can read; what it cannot read stays for the session that can.
export async function takeAll() {
  if (!key) return [];
  const found = [];
  for (const row of (await inStore("readonly", (store) => store.getAll())) ?? []) {
    if (row.person !== person()) continue;
    try {
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, key, row.data);
      found.push(JSON.parse(new TextDecoder().decode(text)));
    } catch (problem) {
      if (problem.name !== "OperationError") throw problem;
    }
  }
  return found;
}

export const keyUrl = () => one("[data-key-url]")?.dataset.keyUrl ?? "";
