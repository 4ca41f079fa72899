// Does what a script of a case does, and returns what it sees of it.
const { url, preflight, method = 'GET', headers = [], body, ...init } = argument
if (!preflight) {
  const request = new Request(url, { method, headers, body, ...init })
  let response
  try {
    response = await fetch(request)
  } catch (e) {
    return { error: String(e) }
  }
  const { type, status } = response
  return { type, status, headers: Object.fromEntries(response.headers), body: await response.text() }
}
// Only XMLHttpRequest asks first in any case, for a listener that hears of the
// progress of an upload.
const request = new XMLHttpRequest()
request.open(method, url)
request.upload.onprogress = () => {}
request.withCredentials = init.credentials === 'include'
for (const [name, value] of headers) request.setRequestHeader(name, value)
return new Promise(resolve => {
  request.onerror = () => resolve({ error: 'XMLHttpRequest fails' })
  request.onload = () => {
    const lines = request.getAllResponseHeaders().split('\r\n').slice(0, -1)
    resolve({
      type: 'cors',
      status: request.status,
      headers: Object.fromEntries(lines.map(line => line.split(/: (.*)/))),
      body: request.responseText,
    })
  }
  request.send(body)
})
