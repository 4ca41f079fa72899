import { byId, element } from "./dom.js";
import { perform } from "./exchange.js";

// The matrix is every operation of the sample API from every site.

let run = 0;
let before = new Map(); // by cell: the kind of the run before

// question returns the fetch of a cell.
export function question(backend, site, operation) {
  return {
    backend, site: site.id, method: operation.method, path: operation.path, headers: operation.headers ?? [],
    body: operation.body, credentials: operation.credentials, mode: "cors",
  };
}

// start makes all requests, and marks what has changed since the last time.
// Chosen exchanges are given to open. A later start ends it.
export async function start(state, open) {
  const number = ++run;
  const backend = byId("matrix-backend").value;
  const cells = draw(state);
  byId("matrix-state").textContent = "Sending…";
  byId("trouble").replaceChildren();
  const now = new Map();
  const wrong = [];
  // Logging in comes first, so that all later requests have the same cookie.
  const operations = [...state.operations].sort((a, b) => (b.id === "login") - (a.id === "login"));
  const one = async (site, operation) => {
    const key = `${site.id} ${operation.id}`;
    const exchange = await perform(state, question(backend, site, operation));
    if (number !== run) return;
    now.set(key, exchange.kind);
    if (exchange.differences.length > 0) wrong.push(`${operation.title}, from ${site.title}: ${exchange.differences.join(" ")}`);
    fill(cells.get(key), site, operation, exchange, before.has(key) && before.get(key) !== exchange.kind, () => open(exchange, operation));
  };
  try {
    for (const operation of operations) {
      await Promise.all(state.sites.map((site) => one(site, operation)));
      if (number !== run) return;
    }
  } catch (error) {
    if (number === run) byId("matrix-state").textContent = `✕ ${error.message}`;
    return;
  }
  const count = (wanted) => [...now.values()].filter((kind) => kind === wanted).length;
  const changed = [...now].filter(([key, kind]) => before.has(key) && before.get(key) !== kind).length;
  byId("matrix-state").textContent = `${now.size} requests: ${count("readable")} can be read, ${count("hidden")} are done and hidden, ${count("preflight")} are never sent.` +
    (before.size > 0 ? ` ${changed} changed.` : "");
  byId("matrix-state").dataset.run = number; // for tests, which wait for it
  if (wrong.length > 0) {
    byId("trouble").replaceChildren(element("p", { className: "disagree" }, "The browser and the prediction do not agree. One of them is wrong: please report it."),
      element("ul", {}, wrong.map((w) => element("li", {}, w))));
  }
  before = now;
}

function draw(state) {
  const cells = new Map();
  byId("matrix-table").replaceChildren(
    element("caption", { className: "hidden" }, "What the script of each site may do"),
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Operation"),
      state.sites.map((site) => element("th", { scope: "col" }, site.title, element("code", { className: "small" }, site.origin.replace("http://", "")))))),
    element("tbody", {}, state.operations.map((operation) => element("tr", {},
      element("th", { scope: "row" }, operation.title, element("code", { className: "small" }, `${operation.method} ${operation.path}`)),
      state.sites.map((site) => {
        const cell = element("td", {}, element("span", { className: "cell" }, "…"));
        cells.set(`${site.id} ${operation.id}`, cell);
        return cell;
      })))));
  return cells;
}

const short = { hidden: "✕ hidden", preflight: "✕ preflight", opaque: "sent", refused: "✕ refused" };

function fill(cell, site, operation, { kind, verdict, differences }, changed, open) {
  const text = kind === "readable" ? `✓ ${verdict.status}` : short[kind];
  const state = differences.length > 0 ? "wrong" : kind === "readable" ? "good" : "bad";
  cell.replaceChildren(element("button", { type: "button", className: `cell ${state}${changed ? " changed" : ""}`, onclick: open },
    element("span", { className: "hidden" }, `${operation.title}, from ${site.title}: `), text,
    changed ? element("span", { className: "mark" }, " changed") : null,
    differences.length > 0 ? " disagrees" : null));
}
