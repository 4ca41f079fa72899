// This decides whether a cell is as it should be, and sums all cells up.

// kindOf returns the outcome of a fetch as the page distinguishes it. The sample API itself never responds
// with 403: only the middleware does.
export function kindOf({ outcome }, messages) {
  if (outcome !== "blocked") return outcome;
  const actual = messages.find((m) => !m.preflight);
  if (!actual) return "preflight";
  return actual.response.status === 403 ? "rejected" : "hidden";
}

// isNamed reports whether the policy allows the origin of a site by more than "*".
export function isNamed(site, exchanges) {
  return exchanges.some(({ messages }) => messages.some(({ response }) => response.headers.some(([name, value]) =>
    name.toLowerCase() === "access-control-allow-origin" && value === site.origin)));
}

// judge returns the text of a cell and its tone: "good" if a request works and should,
// "bad" if it should work and doesn't, or works and shouldn't, "calm" if it is kept out
// and should be, and "plain" for an error that the script can read.
export function judge(site, named, { kind, question, verdict }) {
  if (kind === "readable") {
    if (site.group === "others" && question.credentials === "include") return { tone: "bad", text: `✕ reads ${verdict.status}` };
    return verdict.status >= 400 ? { tone: "plain", text: `${verdict.status}` } : { tone: "good", text: `✓ ${verdict.status}` };
  }
  const isMissed = site.id === "app" || site.group === "yours" && named;
  const words = { hidden: "hidden", preflight: "not sent", rejected: "403", opaque: "sent", refused: "impossible" };
  if (isMissed) return { tone: "bad", text: `✕ ${words[kind]}` };
  const isDone = kind === "hidden" && question.method !== "GET";
  return { tone: "calm", text: isDone ? "⚠ sent, hidden" : `⊘ ${words[kind]}` };
}

const list = (words, last) => words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;

// summarize returns two sentences: what your site and the others can do. get returns
// the exchange of a site and an operation.
export function summarize(get) {
  const can = (site, operation) => get(site, operation).kind === "readable";
  const both = (operation) => can("stranger", operation) || can("sandbox", operation);
  return { yours: yours((operation) => can("app", operation)), others: others(both, get("stranger", "contact").kind) };
}

const withCookies = { read: ["me"], write: ["create", "update"], delete: ["delete"] };

function verbs(can) {
  return Object.keys(withCookies).filter((verb) => withCookies[verb].every(can));
}

function yours(can) {
  const cookies = verbs(can);
  const abilities = [];
  const missing = [];
  if (cookies.length > 0) {
    missing.push(...Object.keys(withCookies).filter((verb) => !cookies.includes(verb)));
    abilities.push(`${list(cookies, "and")} with cookies`);
  } else {
    if (can("posts")) abilities.push("read");
    else if (can("public")) abilities.push("read the public posts");
    if (abilities.length > 0) missing.push("send cookies");
  }
  if (can("account")) abilities.push("send a token");
  else missing.push(missing.includes("send cookies") ? "a token" : "send a token");
  if (abilities.length === 0) return "can read nothing.";
  const able = cookies.length > 0 ? abilities.join(", and ") : list(abilities, "and");
  return `can ${able}${missing.length > 0 ? `, but not ${list(missing, "or")}` : ""}.`;
}

function others(can, form) {
  const dangerous = verbs(can);
  if (dangerous.length > 0) return { isDanger: true, text: `can ${list(dangerous, "and")} with your users' cookies.` };
  let text = "can read nothing";
  if (can("posts")) text = can("account") ? "can read without cookies, and send a token of their own" : "can read without cookies";
  else if (can("public")) text = "can read the public posts";
  const reach = { hidden: "; their forms still reach your handlers", rejected: "; their forms don't reach your handlers" };
  return { isDanger: false, text: `${text}${reach[form] ?? ""}.` };
}
