// The local edition: the program is a server on this machine, and the browser itself
// makes the requests. The static edition has model.js in its place.
export * from "./local.js";
