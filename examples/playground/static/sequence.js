import { svg } from "./dom.js";

// The picture of an exchange: lifelines of the script, the browser and the API, and the
// messages between them. It is drawn for each width, so that its text keeps its size.

const line = 16; // pixels from a line of text to the next
const glyph = 7.25; // pixels, the width of a character of the monospaced font

const isCORS = (name) => /^(origin|access-control-.*)$/i.test(name);
// These headers cause a preflight or are credentials.
const isTelling = (name) => /^(cookie|authorization|content-type)$/i.test(name);

// picture returns the drawing of an exchange for a width in pixels.
export function picture({ site, backend, exchange }, width) {
  const { question, messages, verdict, kind, prediction } = exchange;
  const hasScript = width >= 560;
  const script = 6;
  const browser = hasScript ? Math.round(width * .3) : 6;
  const api = width - 6;
  // A site that is kept out isn't a fault.
  const fault = exchange.tone === "calm" ? "kept" : "fault";
  const marks = []; // over the lifelines
  let y = 14;

  const text = (x, at, value, className = "", anchor = "start") => {
    marks.push(svg("text", { x, y: at, class: className, "text-anchor": anchor }, value));
  };
  const cut = (value, room) => value.length * glyph <= room ? value : `${value.slice(0, Math.max(1, Math.floor(room / glyph) - 1))}…`;
  const arrow = (from, to, className = "") => {
    const tip = to > from ? -7 : 7;
    marks.push(svg("path", { d: `M${from} ${y}H${to}m${tip}-4 ${-tip} 4 ${tip} 4`, class: `arrow ${className}` }));
  };
  const header = (name, value, className) => {
    const left = browser + 14;
    const room = api - left - 10;
    const whole = `${name}: ${value}`;
    const rows = whole.length * glyph <= room || name.length * glyph > room ? [cut(whole, room)] : [`${name}:`, cut(value, room)];
    for (const row of rows) {
      marks.push(svg("rect", { x: left - 5, y: y - 12, width: row.length * glyph + 10, height: line, rx: 3, class: className }));
      text(left, y, row, className);
      y += line;
    }
  };
  const message = (direction, label, headers) => {
    text(browser + 14, y, cut(label, api - browser - 28), "label");
    y += 7;
    arrow(...(direction === "out" ? [browser, api] : [api, browser]));
    y += line;
    for (const [name, value, className] of headers) header(name, value, className);
    y += 5;
  };
  // mark sets a mark beside the lifeline of the browser, or where there is no room for
  // that, at the other end of the message's first line.
  const mark = (at, value, className) => {
    const size = value.length * glyph + 16;
    const x = hasScript ? browser - size - 10 : api - size - 10;
    marks.push(svg("rect", { x, y: at - 14, width: size, height: 20, rx: 10, class: className }));
    text(x + 8, at, value, `${className} label`);
  };

  if (hasScript) text(0, y, "Script", "lane");
  text(browser, y, hasScript ? "Browser" : `Browser (${site.title})`, "lane", hasScript ? "middle" : "start");
  text(width, y, `API (${backend.title})`, "lane", "end");
  const top = y + 8;
  y += 28;
  if (hasScript) {
    text(script + 10, y, cut(`${question.method} ${question.path}`, browser - script - 24), "label");
    y += 7;
    arrow(script, browser);
    y -= 7;
  }
  for (const { preflight, request, response } of messages) {
    const sent = request.headers.filter(([name]) => isCORS(name) || !preflight && isTelling(name));
    message("out", `${request.method} ${request.target}${preflight ? " (preflight)" : ""}`, sent.map(([name, value]) => [name, value, isCORS(name) ? "cors" : "plain"]));
    const isLast = preflight === !messages.some((m) => !m.preflight);
    const isBlocked = verdict.outcome === "blocked" && isLast;
    const received = response.headers.filter(([name]) => isCORS(name)).map(([name, value]) =>
      [name, value, isBlocked && name.toLowerCase() === prediction.header.toLowerCase() ? fault : "cors"]);
    if (isBlocked && prediction.header && !received.some(([, , className]) => className === fault)) received.push([prediction.header, "missing", fault]);
    const at = y;
    message("back", response.status ? `${response.status} ${response.statusText}` : "no response", received);
    if (preflight) mark(hasScript ? y - 14 : at - 1, isBlocked ? "✕ not allowed" : "✓ allowed", isBlocked ? fault : "passed");
  }
  if (kind === "preflight") {
    text(browser + 14, y, cut(`${question.method} ${question.path} is never sent`, api - browser - 28), "quiet");
    y += 7;
    marks.push(svg("path", { d: `M${browser} ${y}H${api}`, class: "arrow ghost" }));
    y += line;
  }
  const result = results(exchange);
  if (hasScript) {
    const className = exchange.tone === "bad" || exchange.tone === "calm" ? fault : "passed";
    text(script + 10, y - 6, cut(result.short, browser - script - 24), `${className} label`);
    arrow(browser, script, className);
  }
  const bottom = y + 4;
  y += 8;

  const lifelines = (hasScript ? [script, browser, api] : [browser, api]).map((x) => svg("path", { d: `M${x} ${top}V${bottom}`, class: "lifeline" }));
  return svg("svg", { viewBox: `0 0 ${width} ${y}`, width, height: y, role: "img", "aria-label": told(exchange, result) }, ...lifelines, ...marks);
}

// results returns what the script sees of an exchange and what is hidden from it.
export function results({ kind, verdict, messages }) {
  const response = messages.find((m) => !m.preflight)?.response;
  if (kind === "readable") {
    const sees = verdict.headers.map(([name]) => name.toLowerCase());
    const others = [...new Set(response?.headers.map(([name]) => name.toLowerCase()) ?? [])].filter((name) => !sees.includes(name));
    const hidden = [...(others.some(isCORS) ? ["CORS headers"] : []), ...others.filter((name) => !isCORS(name))];
    return { short: `${verdict.status}`, sees: [`status ${verdict.status}`, ...(verdict.body ? ["body"] : []), ...sees], hidden };
  }
  const sees = verdict.error ? [`TypeError: ${verdict.error}`] : ["that the request was sent"];
  const hidden = response ? [`status ${response.status}`, "body", "every header"] : messages.length > 0 ? ["the preflight response"] : ["nothing: no request was sent"];
  return { short: verdict.error ? "TypeError" : "opaque", sees, hidden };
}

// told describes the picture in words.
function told({ question, messages, kind }, { sees, hidden }) {
  const steps = messages.map(({ preflight, request, response }) =>
    `The browser sends ${preflight ? "the preflight " : ""}${request.method} ${request.target}. The API responds with ${response.status || "nothing"}.`);
  if (kind === "preflight") steps.push(`${question.method} ${question.path} is never sent.`);
  return `${steps.join(" ")} The script sees: ${sees.join(", ")}. Hidden from it: ${hidden.join(", ") || "nothing"}.`;
}
