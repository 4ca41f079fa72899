import { send } from "./edition.js";

// call calls the program, and returns its response. A status other than those expected
// is an error.
export async function call(path, body, expected = [200]) {
  const { status, text } = await send(path, body === undefined ? undefined : JSON.stringify(body));
  const response = JSON.parse(text);
  if (!expected.includes(status)) throw new Error(response.error ?? `The playground responds with ${status}.`);
  return response;
}
