// Carries out the calls given, all at once, and returns what is seen of each.

const limit = 20_000 // milliseconds

const bytes = text => text === null ? undefined : new TextEncoder().encode(text)

async function fetched({ url, init, headers, body }) {
  const response = await fetch(url, { ...init, headers, body: bytes(body), signal: AbortSignal.timeout(limit) })
  return {
    type: response.type,
    status: response.status,
    statusText: response.statusText,
    url: response.url,
    redirected: response.redirected,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  }
}

const upload = ({ url, init, headers, body }) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest()
  request.open(init.method ?? 'GET', url)
  request.withCredentials = init.credentials === 'include'
  request.upload.onprogress = () => {}
  request.timeout = limit
  request.ontimeout = () => reject(new DOMException('', 'TimeoutError'))
  request.onerror = () => reject(new TypeError())
  request.onload = () => resolve({
    status: request.status,
    statusText: request.statusText,
    url: request.responseURL,
    headers: Object.fromEntries(request.getAllResponseHeaders().split('\r\n').filter(Boolean).map(line => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)]
    })),
    body: request.responseText,
  })
  for (const [name, value] of headers) request.setRequestHeader(name, value)
  request.send(bytes(body))
})

// What keeps an XMLHttpRequest from being made has other names than for fetch().
const uploaded = call => upload(call).catch(e => {
  throw e.name === 'TimeoutError' ? e : new TypeError()
})

const seen = call => (call.upload ? uploaded : fetched)(call).catch(e => ({ error: e.name }))

return await Promise.all(argument.map(seen))
