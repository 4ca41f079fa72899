// Calls the API and shows the results. Both sites run this script.

const { site, api } = document.documentElement.dataset;
const trusted = site === "trusted";

const authorization = { Authorization: "Bearer demo-token" };
const json = { "Content-Type": "application/json" };
const draft = { title: `From the ${site} site`, body: "Written by its page.", public: false };

// The post to change and remove: the created one, if there is one.
let post = 1;

// What the page tries, in order. The texts for the untrusted site say which
// calls never reach the API, and which are only hidden from the page.
const calls = [
  {
    id: "public-posts",
    title: "Read the public posts",
    request: "GET /public/posts",
    anyOrigin: true,
    expected: {
      trusted: "Works: they are open to any origin.",
      untrusted: "Works: they are open to any origin.",
    },
    async run() {
      const response = await call("/public/posts", {}, 200);
      return `${(await response.json()).length} posts`;
    },
  },
  {
    id: "posts",
    title: "Read all posts, and how many there are",
    request: "GET /posts",
    expected: {
      trusted: "Works, and X-Total-Count can be read: it is exposed.",
      untrusted: "Blocked: the API responds, but the browser hides the response from this page.",
    },
    async run() {
      const response = await call("/posts", { credentials: "include" }, 200);
      const total = response.headers.get("X-Total-Count");
      if (total === null) throw new Error("X-Total-Count cannot be read");
      return `${(await response.json()).length} posts, X-Total-Count: ${total}`;
    },
  },
  {
    id: "create",
    title: "Create a post",
    request: "POST /posts",
    expected: {
      trusted: "Works: the preflight allows the header Authorization.",
      untrusted: "Blocked before it is sent: the preflight is refused.",
    },
    async run() {
      const response = await call("/posts", {
        method: "POST",
        headers: { ...authorization, ...json },
        body: JSON.stringify(draft),
      }, 201);
      post = (await response.json()).id;
      return `post ${post}`;
    },
  },
  {
    id: "create-without-token",
    title: "Create a post without a token",
    request: "POST /posts",
    expected: {
      trusted: "Refused by the API, and the page can read why.",
      untrusted: "Blocked before it is sent: the preflight is refused.",
    },
    async run() {
      const response = await call("/posts", {
        method: "POST",
        headers: json,
        body: JSON.stringify(draft),
      }, 401);
      return `status 401: ${(await response.json()).error}`;
    },
  },
  {
    id: "update",
    title: "Change a post",
    request: "PUT /posts/{id}",
    expected: {
      trusted: "Works: the preflight allows PUT.",
      untrusted: "Blocked before it is sent: the preflight is refused.",
    },
    async run() {
      const response = await call(`/posts/${post}`, {
        method: "PUT",
        headers: { ...authorization, ...json },
        body: JSON.stringify({ ...draft, title: `Changed by the ${site} site` }),
      }, 200);
      return `“${(await response.json()).title}”`;
    },
  },
  {
    id: "delete",
    title: "Remove a post",
    request: "DELETE /posts/{id}",
    expected: {
      trusted: "Works: the preflight allows DELETE.",
      untrusted: "Blocked before it is sent: the preflight is refused.",
    },
    async run() {
      await call(`/posts/${post}`, { method: "DELETE", headers: authorization }, 204);
      return `post ${post} is gone`;
    },
  },
  {
    id: "login",
    title: "Log in",
    request: "POST /login",
    expected: {
      trusted: "Works: credentials are allowed, so the browser keeps the session cookie.",
      untrusted: "Blocked before it is sent: the preflight is refused.",
    },
    async run() {
      const response = await call("/login", {
        method: "POST",
        credentials: "include",
        headers: json,
        body: JSON.stringify({ user: "ada", password: "demo-password" }),
      }, 200);
      return `as ${(await response.json()).user}`;
    },
  },
  {
    id: "me",
    title: "See who is logged in",
    request: "GET /me",
    expected: {
      trusted: "Works: the browser sends the cookie.",
      untrusted: "Blocked: the API responds, but the browser hides the response from this page.",
    },
    async run() {
      const response = await call("/me", { credentials: "include" }, 200);
      return (await response.json()).user;
    },
  },
];

// call calls the API and expects a status. If the browser hides the response,
// fetch throws a TypeError without details, as for every network error.
async function call(path, options, status) {
  const response = await fetch(api + path, { ...options, signal: AbortSignal.timeout(10_000) });
  if (response.status !== status) {
    throw new Error(`status ${response.status} instead of ${status}`);
  }
  return response;
}

async function attempt({ run }) {
  try {
    return { outcome: "worked", detail: await run() };
  } catch (error) {
    return { outcome: error instanceof TypeError ? "blocked" : "failed", detail: String(error) };
  }
}

const words = { worked: "Worked", blocked: "Blocked", failed: "Failed" };
const button = document.querySelector("#run");
const summary = document.querySelector("#summary");

const rows = calls.map(({ title, request, expected }) => {
  const row = document.querySelector("#call").content.cloneNode(true).firstElementChild;
  row.querySelector(".title").textContent = title;
  row.querySelector(".request").textContent = request;
  row.querySelector(".expected").textContent = expected[site];
  document.querySelector("#calls").append(row);
  return row;
});

function show(row, outcome, expected, detail) {
  row.dataset.verdict = outcome === expected ? "expected" : "unexpected";
  row.querySelector(".outcome").dataset.outcome = outcome;
  row.querySelector(".outcome").textContent =
    outcome === expected ? words[outcome] : `${words[outcome]}, unexpectedly`;
  row.querySelector(".detail").textContent = detail;
}

function clear(row) {
  delete row.dataset.verdict;
  delete row.querySelector(".outcome").dataset.outcome;
  row.querySelector(".outcome").textContent = "…";
  row.querySelector(".detail").textContent = "";
}

async function runAll() {
  post = 1;
  rows.forEach(clear);
  summary.textContent = "Running…";
  const results = [];
  for (const [i, each] of calls.entries()) {
    const expected = trusted || each.anyOrigin ? "worked" : "blocked";
    const { outcome, detail } = await attempt(each);
    show(rows[i], outcome, expected, detail);
    results.push({ id: each.id, outcome, expected, detail });
  }
  const count = (property) => results.filter(property).length;
  const surprises = count(({ outcome, expected }) => outcome !== expected);
  summary.textContent = surprises === 0
    ? `Worked: ${count((r) => r.outcome === "worked")}. Blocked: ${count((r) => r.outcome === "blocked")}. All as expected.`
    : `${surprises} of ${results.length} calls did not go as expected.`;
  await fetch("results", { method: "POST", headers: json, body: JSON.stringify({ calls: results }) });
}

// The button stays focusable while the calls run, so that keyboard users keep their place.
async function runOnce() {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await runAll();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

button.addEventListener("click", runOnce);
runOnce();
