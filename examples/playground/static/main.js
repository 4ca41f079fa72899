import { call } from "./api.js";
import { byId, element, options } from "./dom.js";
import { draw, perform } from "./exchange.js";
import { embed } from "./frames.js";
import * as home from "./home.js";
import * as matrix from "./matrix.js";
import * as paste from "./paste.js";
import * as policy from "./policy.js";

const state = await call("/api/state");
embed(state.sites, byId("frames"));

// fill puts a question into the form.
function fill({ backend, site, method, path, headers, body, credentials, mode }, operation) {
  byId("backend").value = backend;
  byId("site").value = site;
  byId("operation").value = operation?.id ?? "";
  byId("operation-why").textContent = operation?.why ?? "";
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
    if (colon < 1) throw new Error(`The line “${line}” is no header: write a name, a colon and a value.`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const question = { headers };
  for (const name of ["backend", "site", "method", "path", "body", "credentials", "mode"]) question[name] = byId(name).value;
  return question;
}

// open shows an exchange.
async function open(exchange) {
  const parts = await draw(state, exchange, policy.apply);
  byId("exchange").replaceChildren(...parts);
  const site = state.sites.find((s) => s.id === exchange.question.site);
  byId("request-state").textContent = `${exchange.question.method} ${exchange.question.path}, from ${site.title}: ${exchange.kind === "readable" ? `readable, ${exchange.verdict.status}` : exchange.kind}.`;
}

// attempt does something for the request's form, and says there what fails.
async function attempt(something) {
  byId("request-state").className = "";
  try {
    await something();
  } catch (error) {
    byId("request-state").className = "bad";
    byId("request-state").textContent = `✕ ${error.message}`;
    byId("exchange").replaceChildren();
  }
}

byId("request-form").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    byId("request-state").textContent = "Sending…";
    await open(await perform(state, read()));
  });
});

const backends = state.backends.map((b) => ({ value: b.id, text: b.title }));
options(byId("backend"), backends);
options(byId("matrix-backend"), backends);
options(byId("site"), state.sites.map((s) => ({ value: s.id, text: `${s.title} (${s.origin})` })));
options(byId("operation"), [...state.operations.map((o) => ({ value: o.id, text: o.title })), { value: "", text: "of your own" }]);

const chooseOperation = (id) => {
  const operation = state.operations.find((o) => o.id === id);
  if (operation) fill(matrix.question(byId("backend").value, { id: byId("site").value }, operation), operation);
};
byId("operation").addEventListener("change", (event) => chooseOperation(event.target.value));
for (const name of ["method", "path", "headers", "body", "credentials", "mode"]) {
  byId(name).addEventListener("input", () => {
    byId("operation").value = "";
    byId("operation-why").textContent = "";
  });
}
byId("site").value = "untrusted";
chooseOperation("update");

const runMatrix = () => matrix.start(state, (exchange, operation) => attempt(async () => {
  fill(exchange.question, operation);
  await open(exchange);
  byId("exchange").querySelector("h3").focus();
}));
byId("matrix-backend").addEventListener("change", () => {
  byId("backend").value = byId("matrix-backend").value;
  runMatrix();
});

paste.start(state, policy.show);
policy.start(state, (text) => {
  runMatrix();
  home.show(text).catch((error) => byId("programs").replaceChildren(element("p", { className: "bad" }, error.message)));
});
