// Sends forms in a way that a lost line, a slow server or an ended session takes nothing of what was typed.
import { person } from "./kept.js";

const patience = 30_000; // milliseconds

// send posts a form and answers what came of it:
//   done     it was taken; location is where to go on
//   page     the server answers with a page: the form with what is wrong, or why it refuses
//   session  nobody is signed in
//   lost     no answer, or none of the form's fault: it can be sent again
export async function send(action, entries) {
  let answer;
  try {
    answer = await fetch(action, {
      method: "POST", body: new URLSearchParams(entries), signal: AbortSignal.timeout?.(patience),
      headers: { Prefer: "return=minimal", "Tocsin-Person": person, Accept: "text/html" },
    });
  } catch {
    return { what: "lost" };
  }
  if (answer.status === 204) return { what: "done", location: answer.headers.get("Location") ?? location.pathname };
  if (answer.status === 401) return { what: "session" };
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { what: "lost" };
  try {
    return { what: "page", page: new DOMParser().parseFromString(await answer.text(), "text/html"), ok: answer.ok };
  } catch {
    return { what: "lost" }; // the line was lost within the answer
  }
}

// reasons are what a page says to be wrong, in its own words.
export function reasons(page) {
  const list = [...page.querySelectorAll("main .problems li, main .message")].map((e) => e.innerText ?? e.textContent);
  const said = list.length ? list : [...page.querySelectorAll("main h1, main .empty-state p")].map((e) => e.textContent);
  return said.map((text) => text.replace(/\s+/g, " ").trim()).filter(Boolean);
}
