import { byId, element } from "./dom.js";
import { perform } from "./exchange.js";
import { isNamed, judge } from "./judge.js";

// The matrix is every operation of the sample API from every site.

const marked = 6000; // milliseconds for which a change is marked

let run = 0;
let cells; // by key
const before = new Map(); // by key: what the cell says
const named = new Map(); // by site: whether the policy allows its origin by more than "*"

const keyOf = (site, operation) => `${site.id} ${operation.id}`;

// question returns the fetch of a cell.
export function question(backend, site, operation) {
  return {
    backend, site: site.id, method: operation.method, path: operation.path, headers: operation.headers ?? [],
    body: operation.body, credentials: operation.credentials, mode: "cors",
  };
}

// start makes all requests, and marks the cells that changed. It returns the exchanges
// by site and operation, or nothing if a later start replaced this one.
export async function start(state, backend) {
  const number = ++run;
  const exchanges = new Map();
  const changed = [];
  const all = async (operations) => {
    const pairs = operations.flatMap((operation) => state.sites.map((site) => [site, operation]));
    const made = await perform(state, pairs.map(([site, operation]) => question(backend, site, operation)));
    pairs.forEach(([site, operation], i) => exchanges.set(keyOf(site, operation), made[i]));
  };
  byId("trouble").replaceChildren();
  try {
    // Logging in comes first, so that all later requests have the same cookie.
    await all(state.operations.filter(({ id }) => id === "login"));
    await all(state.operations.filter(({ id }) => id !== "login"));
  } catch (error) {
    if (number === run) throw error;
  }
  if (number !== run) return undefined;
  for (const site of state.sites) {
    named.set(site.id, isNamed(site, state.operations.map((operation) => exchanges.get(keyOf(site, operation)))));
    for (const operation of state.operations) {
      const key = keyOf(site, operation);
      const exchange = exchanges.get(key);
      const judged = judge(site, named.get(site.id), exchange);
      exchange.tone = judged.tone;
      if (before.has(key) && before.get(key) !== judged.text) changed.push(key);
      before.set(key, judged.text);
      cells.get(key).show(judged, exchange.differences, changed.includes(key));
    }
  }
  byId("matrix-state").textContent = changed.length > 0 ? `${changed.length} changed.` : "";
  report(state, exchanges);
  setTimeout(() => {
    if (number === run) for (const cell of cells.values()) cell.unmark();
  }, marked);
  return exchanges;
}

// report lists the cells in which the browser and the prediction differ.
function report(state, exchanges) {
  const wrong = [];
  for (const operation of state.operations) {
    for (const site of state.sites) {
      const { differences } = exchanges.get(keyOf(site, operation));
      if (differences.length > 0) wrong.push(`${operation.title}, from ${site.title}: ${differences.join(" ")}`);
    }
  }
  if (wrong.length > 0) {
    byId("trouble").replaceChildren(element("p", { className: "disagree" }, "The browser and the prediction don't agree. One of them is wrong: please report it."),
      element("ul", {}, wrong.map((w) => element("li", {}, w))));
  }
}

const groupTitles = { yours: "Your sites", others: "Others" };

// groups returns the groups of sites in a row, and how many each has.
function groups(sites) {
  return [...new Set(sites.map(({ group }) => group))].map((group) => ({ group, size: sites.filter((s) => s.group === group).length }));
}

// draw makes the table. Cells are given to open when they are chosen.
export function draw(state, open) {
  cells = new Map();
  const grid = state.operations.map((operation) => state.sites.map((site) => {
    const cell = makeCell(site, operation, open);
    cells.set(keyOf(site, operation), cell);
    return cell;
  }));
  byId("matrix-table").replaceChildren(
    element("thead", {},
      element("tr", { className: "groups" }, element("td"), groups(state.sites).map(({ group, size }) =>
        element("th", { scope: "colgroup", colSpan: size }, groupTitles[group]))),
      element("tr", {}, element("th", { scope: "col" }, element("span", { className: "hidden" }, "Operation")),
        state.sites.map((site) => element("th", { scope: "col" }, site.title, element("code", { className: "small" }, site.origin.replace(/^https?:\/\//, "")))))),
    element("tbody", {}, state.operations.map((operation, i) => element("tr", {},
      element("th", { scope: "row", title: operation.why }, operation.title, " ", element("code", { className: "small" }, `${operation.method} ${operation.path}`)),
      grid[i].map(({ button }) => element("td", {}, button))))));
  // One cell takes part in Tab; arrows lead to the others.
  grid[0][0].button.tabIndex = 0;
  grid.forEach((row, i) => row.forEach(({ button }, j) => button.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const to = step && grid[i + step[0]]?.[j + step[1]];
    if (!to) return;
    event.preventDefault();
    to.button.focus();
  })));
  for (const { button } of cells.values()) {
    button.addEventListener("focus", () => {
      for (const cell of cells.values()) cell.button.tabIndex = cell.button === button ? 0 : -1;
    });
  }
}

function makeCell(site, operation, open) {
  const text = element("span", {}, "…");
  const mark = element("span", { className: "hidden" });
  const button = element("button", { type: "button", className: "cell", tabIndex: -1, onclick: () => open(site, operation) },
    element("span", { className: "hidden" }, `${operation.title}, from ${site.title}: `), text, mark);
  return {
    button,
    show(judged, differences, changed) {
      text.textContent = judged.text;
      mark.textContent = `${changed ? ", changed" : ""}${differences.length > 0 ? ", disagrees" : ""}`;
      button.className = `cell ${differences.length > 0 ? "wrong" : judged.tone}`;
      if (changed) {
        button.getBoundingClientRect(); // without which a second change would not start the animation again
        button.classList.add("changed");
      }
    },
    unmark() {
      button.classList.remove("changed");
      mark.textContent = mark.textContent.replace(", changed", "");
    },
  };
}

// choose marks the cell whose exchange is shown, or none without arguments.
export function choose(site, operation) {
  const chosen = site && keyOf(site, operation);
  for (const [key, { button }] of cells) {
    if (key === chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

// judged returns an exchange that doesn't belong to a cell, judged as if it did.
export function judged(site, exchange) {
  return { ...exchange, tone: judge(site, named.get(site.id), exchange).tone };
}

// find returns the exchange of a cell.
export const find = (exchanges, site, operation) => exchanges.get(keyOf(site, operation));
