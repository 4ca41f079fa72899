// A link carries the policy and the chosen cell. It names the sites, because their
// origins differ from one playground to the next.

// fragment returns the part of a link after #.
export function fragment(state, policy, { site, operation }) {
  for (const { id, origin } of named(state)) policy = policy.replaceAll(JSON.stringify(origin), JSON.stringify(`@${id}`));
  const bytes = new TextEncoder().encode(policy);
  const base64 = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `#${operation ? `cell=${site.id}.${operation.id}&` : ""}policy=${base64}`;
}

// parse returns what a fragment carries: the policy, and the cell if there is one, or
// nothing if the fragment isn't a link's.
export function parse(state, hash) {
  const parameters = new URLSearchParams(hash.slice(1));
  const base64 = parameters.get("policy");
  if (!base64) return undefined;
  let policy;
  try {
    const characters = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
    policy = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(characters, (c) => c.charCodeAt(0)));
  } catch {
    throw new Error("The link is incomplete or changed, so its policy can't be read. Copy it again.");
  }
  for (const { id, origin } of named(state)) policy = policy.replaceAll(JSON.stringify(`@${id}`), JSON.stringify(origin));
  const [siteID, operationID] = (parameters.get("cell") ?? "").split(".");
  const site = state.sites.find(({ id }) => id === siteID);
  const operation = state.operations.find(({ id }) => id === operationID);
  return { policy, cell: site && operation ? { site, operation } : undefined };
}

const named = ({ sites }) => sites.filter(({ origin }) => origin !== "null");
