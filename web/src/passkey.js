// Asks the browser for a passkey, or to make one, where a form says so with data-passkey. The server puts the question and
// judges the answer; here they are only put into the form that browsers take.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const keys = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }));

async function make(options) {
  const made = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: keys(options.excludeCredentials),
  } });
  return { attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON), transports: made.response.getTransports?.() ?? [], made };
}

async function get(options) {
  const made = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: keys(options.allowCredentials) } });
  const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
  return { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature), ...(userHandle ? { userHandle: text(userHandle) } : {}), made };
}

const answer = ({ made, ...response }) => ({ id: made.id, rawId: text(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment ?? undefined, clientExtensionResults: {}, response });

class Said extends Error {}

async function post(address, body) {
  const res = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), redirect: "manual" });
  if (res.type === "opaqueredirect") location.reload(); // nobody is signed in any more
  const said = await res.json();
  if (!res.ok) throw new Said(said.error);
  return said;
}

async function run(form) {
  const address = form.dataset.passkey;
  const adds = "adds" in form.dataset;
  const { publicKey } = await post(address + "/ask", {});
  const made = adds ? await make(publicKey) : await get(publicKey);
  const { to } = await post(address, { name: form.elements.device?.value ?? "", answer: answer(made) });
  location.assign(to);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const said = form.querySelector("[role=alert]");
  if (!window.PublicKeyCredential) {
    said.textContent = form.dataset.unable;
    continue;
  }
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      await run(form);
    } catch (error) {
      said.textContent = error instanceof Said ? error.message : error.name === "InvalidStateError" ? form.dataset.known : form.dataset.broken;
      button.disabled = false;
    }
  });
}
