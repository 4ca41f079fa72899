import "./wasm_exec.js";

// The static edition: the program runs in the page, and a model of a browser makes the
// requests.

const go = new Go();
const program = await fetch(new URL("playground.wasm", import.meta.url));
if (!program.ok) throw new Error(`playground.wasm: the server responds with ${program.status}`);
const { instance } = await WebAssembly.instantiate(await program.arrayBuffer(), go.importObject);
go.run(instance); // returns when the function playground is there

// send calls the program: a GET if there is no body.
export const send = (path, body) => new Promise((resolve) => playground(path, body, (status, text) => resolve({ status, text })));

export function start() {}

// perform returns what the model predicted, which already made the fetches.
export function perform(state, questions, { predictions, version }) {
  const made = predictions.map(({ outcome, status, visible, body, text, trace }) => ({
    messages: trace,
    verdict: { outcome, status, headers: visible, body, error: { blocked: "Failed to fetch", refused: text }[outcome] },
  }));
  return { made, version };
}
