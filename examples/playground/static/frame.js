"use strict";

// The page sends the frame a fetch: a URL of one of the backends, and the parameters.
// The frame makes the fetch, as a script of its own origin, and returns the outcome.
const page = document.documentElement.dataset.page;
const backends = document.documentElement.dataset.backends.split(" ");

async function perform({ url, method, headers, body, credentials, mode }) {
  if (!backends.includes(new URL(url).origin)) {
    return { outcome: "refused", error: "This frame can only call the backends of the playground." };
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
