import { call } from "./api.js";
import { element } from "./dom.js";
import * as edition from "./edition.js";
import { kindOf } from "./judge.js";
import { picture, results } from "./sequence.js";
import { explained } from "./terms.js";

// An exchange is a question (a fetch by the script of a site), what the browser
// made of it, the messages that went over the wire, and the prediction of package fetch.

// perform makes the fetches of questions. The predictions come first: they use the
// cookies that the browser has before.
export async function perform(state, questions) {
  const predicted = await call("/api/predict", questions);
  const { made, version } = await edition.perform(state, questions, predicted);
  return questions.map((question, i) => {
    const { verdict, messages } = made[i];
    const prediction = predicted.predictions[i];
    // Another tab may change the policy in between.
    const differences = version === predicted.version ? compare(verdict, prediction) : [];
    return { question, prediction, verdict, messages, version, predictedBy: predicted.version, kind: kindOf(verdict, messages), differences };
  });
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

// explain has the engine explain an exchange, and returns in what its explanations
// differ from what the browser says. The engine speaks of responses that scripts read.
export async function explain({ question, messages, verdict, version: made, predictedBy }) {
  const { explanations, version } = await call("/api/explain", messages);
  const verdicts = explanations.map((e) => (question.credentials === "include" ? e.data.withCredentials : e.data.withoutCredentials));
  const allowed = verdicts.every((v) => v.allowed);
  const isOther = version !== predictedBy || version !== made;
  const comparable = !isOther && question.mode === "cors" && ["readable", "blocked"].includes(verdict.outcome) && verdicts.length > 0;
  const differences = comparable && allowed !== (verdict.outcome === "readable")
    ? [`The browser says ${verdict.outcome}, and the engine that it ${allowed ? "allows" : "denies"} this.`] : [];
  return { explanations: explanations.map((e, i) => ({ ...e, verdict: verdicts[i] })), differences, isOther };
}

// draw returns the exchange as elements: the verdict and its reason, the picture,
// and the details. Changes that the engine proposes are given to apply.
export async function draw(state, exchange, apply) {
  const { explanations, differences, isOther } = await explain(exchange);
  const site = state.sites.find((s) => s.id === exchange.question.site);
  const backend = state.backends.find((b) => b.id === exchange.question.backend);
  const all = [...exchange.differences, ...differences];
  return [
    element("div", { className: "why" },
      all.length > 0 ? element("p", { className: "disagree", role: "alert" }, `They don't agree. ${all.join(" ")} One of them is wrong: please report it.`) : null,
      drawVerdict(exchange, site, explanations, apply),
      drawConsole(exchange)),
    drawPicture({ site, backend, exchange }),
    element("details", { className: "details" },
      element("summary", {}, "Details"),
      element("div", { className: "verdicts" },
        drawBrowser(exchange, state.isStatic), drawEngine(explanations, isOther), state.isStatic ? null : drawPrediction(exchange.prediction)),
      all.length > 0 ? null : element("p", { className: "agree" }, state.isStatic ? "✓ The browser model and the engine agree." : "✓ The browser, the engine and the prediction agree."),
      element("h4", {}, "What went over the wire"),
      drawSequence(state, exchange)),
  ];
}

// drawPicture draws the picture whenever the width changes.
function drawPicture(parts) {
  const container = element("div", { className: "picture" });
  let drawn = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width === 0 || width === drawn) return;
    drawn = width;
    requestAnimationFrame(() => container.replaceChildren(picture(parts, width)));
  }).observe(container);
  return container;
}

function drawVerdict(exchange, site, explanations, apply) {
  const { kind, question, verdict, tone, messages } = exchange;
  const isDanger = kind === "readable" && tone === "bad";
  const sign = tone === "bad" ? "✕" : "⊘";
  const title = {
    readable: isDanger ? "✕ Another site can read with your users' cookies" : verdict.status < 400 ? "✓ The script reads the response" : `The script reads the ${verdict.status}`,
    opaque: "The request is sent, and the script can read nothing",
    hidden: tone === "calm" && question.method !== "GET" ? "⚠ Your handler ran, and the response is hidden" : `${sign} The browser hides the response`,
    rejected: `${sign} The middleware responded with 403`,
    preflight: `${sign} The request was never sent`,
    refused: "No script can do this",
  }[kind];
  const isWithout = isDanger && !messages.some((m) => m.request.headers.some(([name]) => name.toLowerCase() === "cookie"));
  const { sees, hidden } = results(exchange);
  return [
    element("h3", { className: tone }, title),
    element("p", {}, explained(reason(exchange, site, explanations))),
    drawChanges(explanations, site, apply),
    isWithout ? element("p", {}, "The browser doesn't send the sample API's cookie here because it has SameSite=Lax. It sends cookies with SameSite=None.") : null,
    element("dl", { className: "seen" },
      element("div", { className: tone }, element("dt", {}, "The script sees"), element("dd", {}, sees.join(", "))),
      element("div", { className: "calm" }, element("dt", {}, "Hidden from the script"), element("dd", {}, hidden.join(", ") || "nothing"))),
  ];
}

// reason says in the terms of the policy why an exchange has its outcome.
function reason({ kind, question, verdict, prediction }, site, explanations) {
  const last = explanations.at(-1);
  if (kind === "refused") return verdict.error;
  if (kind === "opaque") return "With mode no-cors, the browser doesn't use CORS, and the script can't read the response.";
  if (kind === "readable") {
    if (!last) return "";
    const by = last.data.originEntry ? `${last.data.originField} lists ${last.data.originEntry}, which allows this origin` : "The policy allows this origin";
    return `${by}${question.credentials === "include" ? ", and AllowCredentials is on" : ""}.`;
  }
  const denied = explanations.find(({ verdict: v }) => !v.allowed);
  const obstacle = denied?.verdict.obstacles?.[0];
  switch (obstacle?.field) {
    case "AllowOrigins":
      if (site.origin === "null") return "The frame's origin is null, which any site can have. The policy doesn't allow it, as it should be.";
      return site.group === "yours" ? `AllowOrigins doesn't list ${site.origin}.` : `${site.origin} isn't an origin that the policy allows, as it should be.`;
    case "AllowMethods":
      return `The script uses ${prediction.refused}, and AllowMethods doesn't list it.`;
    case "AllowHeaders":
      return `The script sets ${titled(prediction.refused)}, and AllowHeaders doesn't list it.`;
    case "AllowCredentials":
      return "The script sends the request with cookies, and AllowCredentials is off.";
  }
  return obstacle?.why ?? prediction.text;
}

const titled = (name) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());

// drawChanges offers the changes that the engine proposes. To allow another site is
// never offered.
function drawChanges(explanations, site, apply) {
  if (site.group === "others") return null;
  const changes = explanations.flatMap(({ verdict }) => verdict.changes ?? []);
  return element("ul", { className: "changes" }, changes.map((change) => element("li", {},
    element("button", { type: "button", className: "primary", onclick: () => apply(change) }, sentence(change)),
    change.caution ? element("p", { className: "aside" }, change.caution) : null)));
}

const isFirefox = navigator.userAgent.includes("Firefox/");
const isChromium = navigator.userAgent.includes("Chrome/");

function drawConsole({ verdict, prediction }) {
  if (verdict.outcome !== "blocked" || !prediction.console) return null;
  return [
    element("p", { className: "aside" }, isFirefox || isChromium ? "In the browser console:" : "In Chrome's console:"),
    element("pre", { className: "console", tabIndex: 0, role: "region", "aria-label": "The message in the browser console" }, isFirefox ? prediction.console.firefox : prediction.console.chromium),
  ];
}

const sayings = {
  readable: "The script reads the response.",
  opaque: "The request is sent, and the script can't read the response.",
  hidden: "Blocked: the request was sent and done, and the script can't read the response.",
  rejected: "Blocked: the middleware responded with 403, and your handler didn't run.",
  preflight: "Blocked: the preflight didn't allow the request, and it was never sent.",
  refused: "No script can do this.",
};

function drawBrowser({ kind, verdict }, isModel) {
  return element("section", {},
    element("h4", {}, isModel ? "The browser model" : "Your browser"),
    element("p", {}, element("strong", {}, sayings[kind])),
    verdict.error ? element("p", {}, "The script gets only this error: ", element("code", {}, verdict.error)) : null,
    kind === "readable" ? [
      element("p", {}, `It sees the status ${verdict.status} and the headers ${verdict.headers.map(([name]) => name).join(", ") || "none"}.`),
      verdict.body ? element("pre", { tabIndex: 0, "aria-label": "The body that the script reads", role: "region" }, verdict.body) : null,
    ] : null);
}

function drawPrediction({ outcome, text }) {
  return element("section", {},
    element("h4", {}, "The prediction"),
    element("p", {}, element("strong", {}, outcome[0].toUpperCase() + outcome.slice(1))),
    element("p", {}, text),
    element("p", { className: "aside" }, "A model of a browser, which follows the Fetch standard and shares no code with the engine, predicts this."));
}

function drawEngine(explanations, isOther) {
  return element("section", {},
    element("h4", {}, "The engine"),
    explanations.length === 0 ? element("p", {}, "It received no request.") : null,
    isOther ? element("p", { className: "aside" }, "The policy has changed since the request was sent. This explains the new one.") : null,
    explanations.map(({ preflight, data, text, verdict }) => [
      element("h5", {}, preflight ? "The preflight" : "The request"),
      element("p", {}, element("strong", {}, verdict.allowed ? "✓ Allowed" : "✕ Denied"), ` ${data.request}`),
      element("ul", {}, (verdict.obstacles ?? []).map(({ why }) => element("li", {}, why))),
      (data.notes ?? []).map((note) => element("p", { className: "aside" }, note)),
      element("details", {}, element("summary", {}, `The whole explanation${preflight ? " (preflight)" : ""}`), element("pre", { tabIndex: 0 }, text)),
    ]));
}

function sentence({ field, add }) {
  return add ? `Add ${add} to ${field}` : `Turn on ${field}`;
}

function drawSequence(state, { question, messages, verdict }) {
  const site = state.sites.find((s) => s.id === question.site);
  const backend = state.backends.find((b) => b.id === question.backend);
  const steps = messages.flatMap(({ preflight, request, response }) => [
    drawMessage(state, "out", preflight ? "Preflight: can the script do this?" : "The request", `${request.method} ${request.target}`, request.headers),
    drawMessage(state, "back", preflight ? "The API allows" : "The response",
      response.status ? `${response.status} ${response.statusText}` : "no response", response.headers),
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
    element("h5", {}, title),
    element("p", { className: "line" }, element("span", { className: "arrow", "aria-hidden": "true" }, direction === "out" ? "→" : "←"), " ", element("code", {}, line)),
    marked.length > 0
      ? element("div", { className: "marked" }, element("p", { className: "tag" }, "CORS"), table(`CORS headers of: ${title}`, marked))
      : element("p", { className: "aside" }, "No CORS header."),
    others.length > 0 ? element("details", {}, element("summary", {}, `${others.length} other headers`), table(`Other headers of: ${title}`, others)) : null);
}
