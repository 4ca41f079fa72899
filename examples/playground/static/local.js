import { call } from "./api.js";
import { embed, fetchFrom } from "./frames.js";

// send sends a call to the program: a GET if it has no body.
export async function send(path, body) {
  let response;
  try {
    response = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body });
  } catch {
    throw new Error("The playground has stopped. Start it again.");
  }
  return { status: response.status, text: await response.text() };
}

// start makes the edition ready for requests of sites.
export const start = (sites) => embed(sites, document.getElementById("frames"));

// perform has scripts of the sites make the fetches of questions. It returns what each
// script sees, the messages that went over the wire, and the policy's version by then.
export async function perform(state, questions) {
  const ids = questions.map(() => crypto.randomUUID()); // also keep preflights from being found in the browser's cache
  const verdicts = await Promise.all(questions.map(async (question, i) => {
    const { origin } = state.backends.find((b) => b.id === question.backend);
    const [path] = question.path.split("#");
    return fetchFrom(question.site, {
      url: `${origin}${path}${path.includes("?") ? "&" : "?"}exchange=${ids[i]}`,
      method: question.method, headers: question.headers, body: question.body,
      credentials: question.credentials, mode: question.mode,
    });
  }));
  const { messages, version } = await call("/api/exchanges", ids);
  return { made: verdicts.map((verdict, i) => ({ verdict, messages: messages[i] })), version };
}
