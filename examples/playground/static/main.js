import { call } from "./api.js";
import { byId, element, options } from "./dom.js";
import { draw, perform } from "./exchange.js";
import * as edition from "./edition.js";
import { summarize } from "./judge.js";
import * as code from "./code.js";
import * as link from "./link.js";
import * as matrix from "./matrix.js";
import * as paste from "./paste.js";
import * as policy from "./policy.js";
import { explained } from "./terms.js";
import * as views from "./views.js";

const state = await call("/api/state").catch((error) => {
  byId("summary").textContent = `✕ ${error.message}`;
  throw error;
});
edition.start(state.sites);

byId("release").textContent = state.release;
byId("readme").href = `https://${state.module}#readme`;
byId("documentation").href = policy.documentationOf(state);
if (state.isStatic) {
  byId("static-note").append("Here, a model of a browser makes the requests. To make them with your own browser, clone ",
    element("a", { href: `https://${state.module}` }, "the repository"), " and run ", element("code", {}, "go run ./examples/playground -open"), ".");
}
byId("code-note").textContent = `The policy in force. ${state.sites.filter(({ group }) => group === "yours").map((site) => site.public).join(" and ")} stand for your sites.`;

// fromLink returns what the address carries: the policy and the cell.
function fromLink() {
  try {
    return link.parse(state, location.hash);
  } catch (error) {
    byId("share-state").textContent = error.message;
    return undefined;
  }
}

// chosen is the cell of the exchange, or the question of an exchange without a cell.
let chosen = { site: state.sites[0], operation: state.operations.find(({ id }) => id === "account") };
let inForce = state.policy.text; // what the matrix is about
let exchanges; // of the last run of the matrix
let number = 0; // of the exchange to show last

// fill puts a question into the form.
function fill({ site, method, path, headers, body, credentials, mode }, operation) {
  byId("site").value = site;
  byId("operation").value = operation?.id ?? "";
  byId("operation-why").replaceChildren(...explained(operation?.why ?? ""));
  byId("method").value = method;
  byId("path").value = path;
  byId("headers").value = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  byId("body").value = body;
  byId("credentials").value = credentials;
  byId("mode").value = mode;
}

// read returns the question of the form.
function read() {
  const headers = byId("headers").value.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`The line “${line}” isn't a header. Write a name, a colon and a value.`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const question = { headers, backend: byId("backend").value };
  for (const name of ["site", "method", "path", "body", "credentials", "mode"]) question[name] = byId(name).value;
  return question;
}

// show shows the exchange that get returns, unless a later call has started by then.
async function show(get) {
  const mine = ++number;
  const said = byId("request-state");
  try {
    const exchange = await get();
    const parts = await draw(state, exchange, policy.apply);
    if (mine !== number) return;
    const site = state.sites.find((s) => s.id === exchange.question.site);
    byId("exchange").replaceChildren(...parts);
    byId("request-title").textContent = `${site.title}: ${exchange.question.method} ${exchange.question.path}`;
    said.className = "hidden";
    said.textContent = `${exchange.question.method} ${exchange.question.path}, from ${site.title}: ${exchange.kind === "readable" ? `readable, ${exchange.verdict.status}` : exchange.kind}.`;
  } catch (error) {
    if (mine !== number) return;
    said.className = "bad";
    said.textContent = `✕ ${error.message}`;
    byId("exchange").replaceChildren();
  }
  byId("exchange").dataset.shown = mine; // for tests, which wait for it
}

// ask performs the exchange of a question without a cell.
async function ask(question) {
  const [exchange] = await perform(state, [question]);
  return matrix.judged(state.sites.find(({ id }) => id === question.site), exchange);
}

// showChosen shows the chosen exchange, which the matrix made if it is of a cell.
function showChosen() {
  const { site, operation, question } = chosen;
  matrix.choose(site, operation);
  if (question) return show(() => ask({ ...question, backend: byId("backend").value }));
  return show(() => matrix.find(exchanges, site, operation));
}

// choose shows the exchange of a cell.
function choose(site, operation) {
  chosen = { site, operation };
  fill(matrix.question(byId("backend").value, site, operation), operation);
  return exchanges && showChosen();
}

// open also moves there, where the exchange has a view of its own.
async function open(site, operation) {
  await choose(site, operation);
  if (views.show("exchange")) byId("request-title").focus();
}

matrix.draw(state, open);

byId("request-form").addEventListener("submit", (event) => {
  event.preventDefault();
  show(() => {
    chosen = { question: read() };
    matrix.choose();
    return ask(chosen.question);
  });
});

byId("backend").parentElement.hidden = state.backends.length < 2;
options(byId("backend"), state.backends.map((b) => ({ value: b.id, text: b.title })));
options(byId("site"), state.sites.map((s) => ({ value: s.id, text: `${s.title} (${s.origin})` })));
options(byId("operation"), [...state.operations.map((o) => ({ value: o.id, text: o.title })), { value: "", text: "of your own" }]);
byId("operation").addEventListener("change", ({ target }) => {
  const operation = state.operations.find((o) => o.id === target.value);
  if (operation) fill(matrix.question(byId("backend").value, { id: byId("site").value }, operation), operation);
});
for (const name of ["method", "path", "headers", "body", "credentials", "mode"]) {
  byId(name).addEventListener("input", () => {
    byId("operation").value = "";
    byId("operation-why").textContent = "";
  });
}
async function run() {
  byId("matrix").setAttribute("aria-busy", "true");
  try {
    const made = await matrix.start(state, byId("backend").value);
    if (!made) return;
    exchanges = made;
    const { yours, others } = summarize((site, operation) => matrix.find(exchanges, { id: site }, { id: operation }));
    byId("summary").replaceChildren(element("b", {}, "Your site"), ` ${yours} `,
      element("span", { className: others.isDanger ? "bad" : "" }, element("b", {}, "Other sites"), ` ${others.text}`));
    await showChosen();
    byId("matrix").dataset.runs = Number(byId("matrix").dataset.runs ?? 0) + 1; // for tests, which wait for it
  } catch (error) {
    byId("summary").textContent = `✕ ${error.message}`;
  }
  byId("matrix").removeAttribute("aria-busy");
}

byId("backend").addEventListener("change", run);
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => byId(button.dataset.opens).showModal());
}

document.querySelector("[data-opens=code]").addEventListener("click", () => {
  code.show(inForce, byId("backend").value).catch((error) => byId("programs").replaceChildren(element("p", { className: "bad" }, error.message)));
});

byId("share").addEventListener("click", () => {
  history.replaceState(null, "", link.fragment(state, policy.current(), chosen));
  const where = state.isStatic ? "" : ` It works where the playground runs at this address: go run ./examples/playground -port ${location.port}`;
  const say = (what) => (byId("share-state").textContent = what + where);
  navigator.clipboard.writeText(location.href).then(() => say("The link is copied."), () => say("The link is in the address bar."));
});

addEventListener("hashchange", () => {
  const linked = fromLink();
  if (linked?.cell) choose(linked.cell.site, linked.cell.operation);
  if (linked) policy.replace(linked.policy, "Opened a link.");
});

const linked = fromLink();
chosen = linked?.cell ?? chosen;
fill(matrix.question(byId("backend").value, chosen.site, chosen.operation), chosen.operation);
paste.start(state, { choose, open, show: policy.show });
policy.start(state, linked?.policy ?? state.policy.text, (text) => {
  const stale = text === undefined;
  byId("matrix").classList.toggle("stale", stale);
  byId("stale").textContent = stale ? "The policy isn't valid. This is what the last valid one does." : "";
  inForce = text ?? inForce;
  if (!stale || !exchanges) run();
});
