import { element } from "./dom.js";

// The sites are frames. Each makes the fetches that it receives, as a script of its own
// origin, and returns their outcomes.

const timeout = 15_000; // milliseconds

const frames = new Map(); // by site: its window, and when it is ready
const waiting = new Map(); // by id: the source of the verdict, and what to call

export function embed(sites, container) {
  for (const site of sites) {
    const frame = element("iframe", { title: site.title });
    if (site.sandbox) frame.sandbox = site.sandbox;
    let ready;
    const loaded = new Promise((resolve) => (ready = resolve));
    frame.src = site.frame;
    container.append(frame);
    frames.set(site.id, { window: frame.contentWindow, origin: site.origin, loaded, ready });
  }
}

addEventListener("message", ({ source, origin, data }) => {
  for (const frame of frames.values()) {
    if (frame.window !== source || frame.origin !== origin) continue;
    if (data.ready) frame.ready();
    const wait = waiting.get(data.id);
    if (wait && wait.source === source) wait.done(data.verdict);
  }
});

// fetchFrom has the script of a site make a fetch, and returns its verdict.
export async function fetchFrom(site, parameters) {
  const frame = frames.get(site);
  await within(frame.loaded, "The site’s frame doesn’t load.");
  const id = crypto.randomUUID();
  const verdict = new Promise((done) => waiting.set(id, { source: frame.window, done }));
  // An opaque origin can't be named. The message isn't a secret.
  frame.window.postMessage({ id, fetch: parameters }, frame.origin === "null" ? "*" : frame.origin);
  try {
    return await within(verdict, "The request doesn’t end.");
  } finally {
    waiting.delete(id);
  }
}

function within(promise, message) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(message)), timeout)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
