import { CircuitBreakerRegistry, consecutiveFailures, exponentialBackoff } from '@cb/core'
import { protectFetch } from '@cb/fetch'

/**
 * Runs in a page. The outcome of a probe through a protected `fetch`, and the state that it leads to, for each way that a request to
 * another origin can end.
 * @param {{ service: string, page: string, refused: string }} origins
 */
export async function scenario({ service, page, refused }) {
  const report = []
  const allowed = 'access-control-allow-origin=*'
  const text = (response) => response.text()
  const soon = (reason) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 50)
    return controller.signal
  }

  const probe = async (what, url, read = text, init = {}, options = {}) => {
    let time = 0
    const registry = new CircuitBreakerRegistry({
      defaults: {
        trip: consecutiveFailures(1),
        openDuration: 1_000,
        halfOpen: { successThreshold: 1 },
        now: () => time,
      },
    })
    const breaker = registry.get('it')
    breaker.acquire().failure()
    time = 1_000
    const outcomes = []
    registry.on('outcome', ({ outcome }) => outcomes.push(outcome))
    const fetch = protectFetch(globalThis.fetch, { registry, key: () => 'it', ...options })
    await fetch(url, init)
      .then(read)
      .catch(() => {})
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 5))
    report.push(`${what}: ${outcomes}, ${breaker.state}`)
  }

  for (const status of [200, 204, 404, 408, 425, 429, 500, 502, 503, 504]) {
    await probe(`status ${status}`, `${service}/status/${status}?${allowed}`)
  }
  await probe('invalid form', `${service}/status/200?${allowed}&content-type=text/plain`, (response) =>
    response.formData(),
  )
  await probe('an opaque response', `${service}/status/503`, text, { mode: 'no-cors' })
  await probe('a redirect', `${page}/elsewhere`)
  await probe('a manual redirect', `${page}/elsewhere`, text, { redirect: 'manual' })

  await probe('connection refused', refused)
  await probe('unknown host', 'http://no-such-host.invalid/')
  await probe('reset', `${service}/reset`)
  await probe('gone', `${service}/gone`)
  await probe('invalid HTTP', `${service}/no-http`)
  await probe('blocked by CORS', `${service}/status/200`)
  await probe('cut text', `${service}/cut/200?${allowed}`)
  await probe('cut json', `${service}/cut/200?${allowed}`, (response) => response.json())
  await probe('cut form', `${service}/cut/200?${allowed}&content-type=application/x-www-form-urlencoded`, (response) =>
    response.formData(),
  )
  await probe('cut reader', `${service}/cut/200?${allowed}`, async ({ body }) => {
    for (const reader = body.getReader(); !(await reader.read()).done; );
  })
  await probe('cut clone', `${service}/cut/200?${allowed}`, (response) => response.clone().text())
  await probe('timeout', `${service}/hang`, text, { signal: AbortSignal.timeout(50) })
  await probe('timeout in the body', `${service}/stall/200?${allowed}`, text, { signal: AbortSignal.timeout(200) })
  await probe('call timeout', `${service}/hang`, text, { circuitBreaker: { callTimeout: 50 } })
  await probe('call timeout in the body', `${service}/stall/200?${allowed}`, text, {
    circuitBreaker: { callTimeout: 200 },
  })

  await probe('abort', `${service}/hang`, text, { signal: soon() })
  await probe('abort for a reason', `${service}/hang`, text, { signal: soon(new Error('mine')) })
  await probe('abort in the body', `${service}/stall/200?${allowed}`, text, { signal: soon() })
  await probe('abort before', `${service}/status/200?${allowed}`, text, { signal: AbortSignal.abort() })
  await probe('reader cancelled', `${service}/stall/200?${allowed}`, async ({ body }) => {
    const reader = body.getReader()
    await reader.read()
    await reader.cancel()
  })
  await probe('bad URL', 'http://[')
  await probe('bad header', `${service}/`, text, { headers: { 'a b': 'x' } })
  await probe('bad method', `${service}/`, text, { method: 'a b' })
  await probe('bad body', `${service}/`, text, { body: 'x' })

  await probe('silent text', `${service}/stall/200?${allowed}`, text, {}, { idleTimeout: 100 })
  const classify = ({ body }) => (body === '{"well":true}' ? 'failure' : undefined)
  const classifyBody = { classifyBody: { maxBytes: 100 }, classify }
  await probe('body of text', `${service}/status/200?${allowed}`, text, {}, classifyBody)
  await probe(
    'body of a clone',
    `${service}/status/200?${allowed}`,
    (it) => Promise.all([it.clone().text(), it.json()]),
    {},
    classifyBody,
  )

  /** How long a breaker stays open that opens on such a response, in tens of seconds. */
  const waits = async (what, status, headers) => {
    const openDuration = exponentialBackoff({ max: 3_600_000 })
    const fetch = protectFetch({ defaults: { trip: consecutiveFailures(1), openDuration, now: () => 0 } })
    const query = new URLSearchParams({ 'access-control-allow-origin': '*', ...headers })
    await fetch(`${service}/status/${status}?${query}`)
    const { retryAfterMs } = await fetch(`${service}/`).catch((error) => error)
    report.push(`${what}: ${Math.round(retryAfterMs / 10_000)}`)
  }
  const exposed = (name) => ({ 'access-control-expose-headers': name })
  const inTwoMinutes = new Date(Date.now() + 120_000).toUTCString()
  await waits('Retry-After in seconds', 503, { 'retry-after': '60', ...exposed('retry-after') })
  await waits('Retry-After as a date', 429, { 'retry-after': inTwoMinutes, ...exposed('retry-after') })
  await waits('RateLimit-Reset', 429, { 'ratelimit-reset': '60', ...exposed('ratelimit-reset') })
  await waits('Retry-After hidden by CORS', 503, { 'retry-after': '60' })
  return report
}
