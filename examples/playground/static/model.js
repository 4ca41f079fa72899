import "./wasm_exec.js";

// The static edition: the program runs in the page, and a model of a browser makes the
// requests.

let loaded;

async function load() {
  const program = await fetch(new URL("playground.wasm", import.meta.url));
  if (!program.ok) throw new Error(`The server responds with ${program.status} to ${program.url}.`);
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(await program.arrayBuffer(), go.importObject);
  go.run(instance); // returns when the function playground is there
}

// send sends a call to the program: a GET if it has no body.
export async function send(path, body) {
  await (loaded ??= load());
  return new Promise((resolve) => playground(path, body, (status, text) => resolve({ status, text })));
}

export function start() {}

// perform returns what came of the fetches when the model predicted them.
export function perform(state, questions, { predictions, version }) {
  const made = predictions.map(({ outcome, status, visible, body, text, trace }) => ({
    messages: trace,
    verdict: { outcome, status, headers: visible, body, error: { blocked: "Failed to fetch", refused: text }[outcome] },
  }));
  return { made, version };
}
