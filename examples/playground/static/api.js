// call asks the program. What it answers with another status than those
// expected is an error, in its words.
export async function call(path, body, expected = [200]) {
  let response;
  try {
    response = await fetch(path, body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The playground has ended. Start it again.");
  }
  const answer = await response.json();
  if (!expected.includes(response.status)) {
    throw new Error(answer.error ?? `The playground answers with ${response.status}.`);
  }
  return answer;
}
