"use strict";

// The page tells the frame which fetch to make; the frame makes it, as a script
// of its own origin, and tells the page what came of it. What it is told is
// data: a URL of one of the backends and the parameters of fetch.
const page = document.documentElement.dataset.page;
const backends = document.documentElement.dataset.backends.split(" ");

async function perform({ url, method, headers, body, credentials, mode }) {
  if (!backends.includes(new URL(url).origin)) {
    return { outcome: "refused", error: "this frame calls the playground's backends only" };
  }
  let request;
  try {
    request = new Request(url, {
      method, headers, credentials, mode, redirect: "follow", cache: "no-store",
      body: body === "" ? undefined : body,
    });
  } catch (error) {
    return { outcome: "refused", error: error.message };
  }
  try {
    const response = await fetch(request);
    if (response.type === "opaque") {
      return { outcome: "opaque", status: 0, headers: [], body: "" };
    }
    const text = await response.text();
    return { outcome: "readable", status: response.status, headers: [...response.headers], body: text };
  } catch (error) {
    return { outcome: "blocked", error: error.message };
  }
}

addEventListener("message", async (event) => {
  if (event.origin !== page || event.source !== parent) {
    return;
  }
  const { id, fetch: parameters } = event.data;
  parent.postMessage({ id, verdict: await perform(parameters) }, page);
});

parent.postMessage({ ready: true }, page);
