// What the device keeps of forms: for one person at a time, in the browser's own storage, until it is sent, a week at most.
const prefix = "tocsin.form.", whose = "tocsin.person", choice = "tocsin.keep", life = 7 * 864e5;

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null; // the browser keeps nothing
  }
}

const device = storage();
const keys = () => (device ? Object.keys(device).filter((key) => key.startsWith(prefix)) : []);

// person is whose forms are kept: who is signed in, or who was when the line was lost.
export const person = document.documentElement.dataset.person || device?.getItem(whose) || "";

// items are the kept forms, the oldest first. state: open (being filled), waiting (to be sent), refused (by the server).
export function items() {
  const all = keys().map((key) => JSON.parse(device.getItem(key)));
  return all.filter((item) => item?.person === person).sort((a, b) => a.at - b.at);
}

// put keeps a form; it answers whether the device took it.
export function put(item) {
  try {
    device.setItem(prefix + item.id, JSON.stringify({ ...item, person, at: item.at ?? Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export const drop = (id) => device?.removeItem(prefix + id);
export const get = (id) => JSON.parse(device?.getItem(prefix + id) ?? "null");

// keeps and setKeeps are the person's choice for this device.
export const keeps = () => Boolean(device) && device.getItem(choice) !== "no";
export const setKeeps = (on) => (on ? device?.removeItem(choice) : device?.setItem(choice, "no"));

// forget empties the device: forms, the choice, blank forms, and the worker that answers without a line.
export async function forget() {
  for (const key of [...keys(), whose, choice]) device?.removeItem(key);
  if (!window.caches) return;
  for (const name of await caches.keys()) if (name.startsWith("tocsin ")) await caches.delete(name);
  for (const worker of await navigator.serviceWorker?.getRegistrations() ?? []) await worker.unregister();
}

// tidy removes another person's forms, which are nobody's business here, and old ones, which are nobody's at all.
function tidy() {
  for (const key of keys()) {
    const item = JSON.parse(device.getItem(key));
    if (item?.person !== person || Date.now() - item.at > life) device.removeItem(key);
  }
}

if (document.documentElement.dataset.person && device) {
  if (device.getItem(whose) !== person) device.removeItem(choice);
  device.setItem(whose, person);
  tidy();
  // The page that another left may still keep what he typed when this one stands already.
  addEventListener("storage", () => device.getItem(whose) === person && tidy());
}
