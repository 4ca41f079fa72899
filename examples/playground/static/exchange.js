import { call } from "./api.js";
import { element } from "./dom.js";
import { fetchFrom } from "./frames.js";
import { kindOf } from "./judge.js";

// An exchange is a question (a fetch by the script of a site), what the browser
// made of it, what went over the wire, and what package fetch had predicted.

// perform makes the fetch. The prediction comes first: it is made with the
// cookies that the browser has before.
export async function perform(state, question) {
  const prediction = await call("/api/predict", question);
  const id = crypto.randomUUID(); // also keeps a preflight from being found in the browser's cache
  const { origin } = state.backends.find((b) => b.id === question.backend);
  const [path] = question.path.split("#");
  const verdict = await fetchFrom(question.site, {
    url: `${origin}${path}${path.includes("?") ? "&" : "?"}exchange=${id}`,
    method: question.method, headers: question.headers, body: question.body,
    credentials: question.credentials, mode: question.mode,
  });
  const { messages } = await call(`/api/exchange/${id}`);
  return { question, id, prediction, verdict, messages, kind: kindOf(verdict, messages), differences: compare(verdict, prediction) };
}

// compare returns in what the browser and the prediction differ.
function compare(verdict, prediction) {
  if (verdict.outcome !== prediction.outcome) {
    return [`The browser says ${verdict.outcome}, and the prediction ${prediction.outcome}.`];
  }
  if (verdict.outcome !== "readable") return [];
  const differences = [];
  if (verdict.status !== prediction.status) {
    differences.push(`The browser sees the status ${verdict.status}, and the prediction ${prediction.status}.`);
  }
  const names = (headers) => [...new Set(headers.map(([name]) => name.toLowerCase()))].sort().join(", ") || "none";
  if (names(verdict.headers) !== names(prediction.visible)) {
    differences.push(`The script sees the headers ${names(verdict.headers)}, and by the prediction ${names(prediction.visible)}.`);
  }
  return differences;
}

// explain asks the engine, and returns its explanations and in what they differ
// from what the browser says. The engine speaks of answers that scripts read.
export async function explain({ question, id, verdict }) {
  const { explanations } = await call("/api/explain", { ...question, exchange: id });
  const verdicts = explanations.map((e) => (question.credentials === "include" ? e.data.withCredentials : e.data.withoutCredentials));
  const allowed = verdicts.every((v) => v.allowed);
  const comparable = question.mode === "cors" && ["readable", "blocked"].includes(verdict.outcome) && verdicts.length > 0;
  const differences = comparable && allowed !== (verdict.outcome === "readable")
    ? [`The browser says ${verdict.outcome}, and the engine that it ${allowed ? "allows" : "denies"} this.`] : [];
  return { explanations: explanations.map((e, i) => ({ ...e, verdict: verdicts[i] })), differences };
}

// draw returns the exchange as elements. Changes that the engine proposes are
// given to apply.
export async function draw(state, exchange, apply) {
  const { explanations, differences } = await explain(exchange);
  const all = [...exchange.differences, ...differences];
  return [
    element("h3", {}, "What it means"),
    element("div", { className: "verdicts" },
      drawBrowser(exchange), drawEngine(explanations, apply), drawPrediction(exchange.prediction)),
    all.length > 0
      ? element("p", { className: "disagree", role: "alert" }, `They don't agree. ${all.join(" ")} One of them is wrong: please report it.`)
      : element("p", { className: "agree" }, "✓ The browser, the engine and the prediction agree."),
    element("h3", {}, "What went over the wire"),
    drawSequence(state, exchange),
  ];
}

const sayings = {
  readable: "The script reads the response.",
  opaque: "The request is sent, and the script can read nothing of the response.",
  hidden: "Blocked: the request was sent and done, and the script may not read the response.",
  rejected: "Blocked: the middleware responded with 403, and your handler did not run.",
  preflight: "Blocked: the preflight did not allow the request, and it was never sent.",
  refused: "No script can do this.",
};

function drawBrowser({ kind, verdict }) {
  const good = kind === "readable" || kind === "opaque";
  return element("section", { className: good ? "card good" : "card bad" },
    element("h4", {}, "Your browser"),
    element("p", {}, element("strong", {}, `${good ? "✓" : "✕"} ${sayings[kind]}`)),
    verdict.error ? element("p", {}, "The script is told no more than: ", element("code", {}, verdict.error)) : null,
    kind === "readable" ? [
      element("p", {}, `It sees the status ${verdict.status} and the headers ${verdict.headers.map(([name]) => name).join(", ") || "none"}.`),
      verdict.body ? element("pre", { tabIndex: 0, "aria-label": "The body that the script reads", role: "region" }, verdict.body) : null,
    ] : null);
}

function drawPrediction({ outcome, text }) {
  return element("section", { className: "card" },
    element("h4", {}, "The prediction"),
    element("p", {}, element("strong", {}, outcome[0].toUpperCase() + outcome.slice(1))),
    element("p", {}, text),
    element("p", { className: "aside" }, "By a model of a browser that was written after the Fetch standard, apart from the engine."));
}

function drawEngine(explanations, apply) {
  return element("section", { className: "card" },
    element("h4", {}, "The engine"),
    explanations.length === 0 ? element("p", {}, "It got no request.") : null,
    explanations.map(({ preflight, data, text, verdict }) => [
      element("h5", {}, preflight ? "Of the preflight" : "Of the request"),
      element("p", {}, element("strong", {}, verdict.allowed ? "✓ Allowed" : "✕ Denied"), ` ${data.request}`),
      element("ul", {}, (verdict.obstacles ?? []).map(({ why, fix }) => element("li", {}, why, fix ? ` ${fix}` : ""))),
      element("ul", { className: "changes" }, (verdict.changes ?? []).map((change) => element("li", {},
        element("button", { type: "button", onclick: () => apply(change) }, sentence(change)),
        change.caution ? element("p", {}, change.caution) : null))),
      (data.notes ?? []).map((note) => element("p", { className: "aside" }, note)),
      element("details", {}, element("summary", {}, `The whole explanation${preflight ? " (preflight)" : ""}`), element("pre", { tabIndex: 0 }, text)),
    ]));
}

function sentence({ field, add }) {
  return add ? `Add ${add} to ${field}` : `Set ${field}`;
}

function drawSequence(state, { question, messages, verdict }) {
  const site = state.sites.find((s) => s.id === question.site);
  const backend = state.backends.find((b) => b.id === question.backend);
  const steps = messages.flatMap(({ preflight, request, response }) => [
    drawMessage(state, "out", preflight ? "Preflight: may the script do this?" : "The request", `${request.method} ${request.target}`, request.headers),
    drawMessage(state, "back", preflight ? "What the API allows" : "The response",
      response.status ? `${response.status} ${response.statusText}` : "nothing", response.headers),
  ]);
  if (steps.length === 0) {
    steps.push(element("li", { className: "note" }, "Nothing was sent."));
  } else if (!messages.some((m) => !m.preflight)) {
    steps.push(element("li", { className: "note" }, "The request itself was not sent."));
  } else if (verdict.outcome === "blocked") {
    steps.push(element("li", { className: "note" }, "The browser keeps this response from the script."));
  }
  return element("div", { className: "sequence" },
    element("p", { className: "lanes" },
      element("span", {}, "Browser, for a script of ", element("code", {}, site.origin)),
      element("span", {}, `${backend.title}, `, element("code", {}, backend.origin))),
    element("ol", {}, steps));
}

function drawMessage(state, direction, title, line, headers) {
  const about = (name) => state.headers.find((h) => h.name.toLowerCase() === name.toLowerCase())?.text;
  const marked = headers.filter(([name]) => about(name));
  const others = headers.filter(([name]) => !about(name));
  const row = ([name, value]) => element("tr", {},
    element("th", { scope: "row" }, about(name)
      ? element("details", {}, element("summary", {}, name), element("p", {}, about(name))) : name),
    element("td", {}, element("code", {}, value)));
  const table = (caption, rows) => element("table", {}, element("caption", { className: "hidden" }, caption), element("tbody", {}, rows.map(row)));
  return element("li", { className: direction },
    element("h4", {}, title),
    element("p", { className: "line" }, element("span", { className: "arrow", "aria-hidden": "true" }, direction === "out" ? "→" : "←"), " ", element("code", {}, line)),
    marked.length > 0
      ? element("div", { className: "marked" }, element("p", { className: "tag" }, "CORS"), table(`CORS headers of: ${title}`, marked))
      : element("p", { className: "aside" }, "No CORS header."),
    others.length > 0 ? element("details", {}, element("summary", {}, `${others.length} other headers`), table(`Other headers of: ${title}`, others)) : null);
}
