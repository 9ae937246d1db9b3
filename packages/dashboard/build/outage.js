import { createServer } from 'node:http'
import { CircuitBreakerRegistry, failureRate, ramp, timeWindow } from '@cb/core'
import { dashboard } from '@cb/dashboard'

// A service in trouble, for screenshots: its last fifteen minutes pass in a moment, because its clocks are ours.

const names =
  'accounts audit-log avatars billing cache-eu cache-us catalog checkout currency-rates delivery-slots email-gateway feature-flags fraud-score geo-lookup identity inventory invoices ledger loyalty maps media-resize notifications orders payments pdf-render pricing promotions push recommendations returns reviews search sessions shipping-labels sms-gateway stock-sync subscriptions tax translations warehouse'.split(
    ' ',
  )

class ConnectError extends Error {
  name = 'ConnectError'
  code = 'ECONNREFUSED'
}
class TimeoutError extends Error {
  name = 'TimeoutError'
  code = 'ETIMEDOUT'
}

/**
 * Six instances that agree with this one, but for one vote.
 * @param {CircuitBreakerRegistry} registry
 * @returns {import('@cb/dashboard').Fleet}
 */
function fleetOf(registry) {
  const instances = ['shop-7c9d-1', 'shop-7c9d-2', 'shop-7c9d-4']
  const rest = {
    remaining: 0,
    attempt: 1,
    reason: 'probes-succeeded',
    note: '',
    by: '',
    members: 6,
    votes: [],
    probes: [],
  }
  const voter = instances.slice(0, 1)
  return {
    list: async () => [
      ...Array.from(registry, ({ name, state }) => {
        const { retryAfterMs, override } = registry.get(name).snapshot()
        const by = { remaining: override?.expiresInMs ?? 0, by: instances[1] ?? '', note: override?.note ?? '' }
        return {
          ...{
            ...rest,
            name,
            state,
            remaining: retryAfterMs ?? 0,
            override: override && { state: override.state, ...by },
          },
          ...(state === 'open' && { reason: 'tripped' }),
          ...(name === 'geo-lookup' && { state: 'closed', votes: voter }),
          ...(state === 'half-open' && { reason: 'open-duration-ended', probes: instances.slice(2) }),
        }
      }),
      { ...rest, name: 'nightly-report', state: 'closed', members: 1, override: null },
      { ...rest, name: 'tax-export', state: 'open', remaining: 20_000, reason: 'tripped', members: 2, override: null },
    ],
    forceOpen: async () => {},
    forceClosed: async () => {},
    resume: async () => {},
  }
}

/** @param {{ withFleet?: boolean }} options  as one of six instances of a fleet. */
export async function serveOutage({ withFleet = false } = {}) {
  let back = 960_000 // the recording is older than the strip
  const { now } = Date
  Date.now = () => now() - back
  const registry = new CircuitBreakerRegistry({
    defaults: {
      trip: failureRate({ minimumCalls: 20, window: timeWindow(10_000) }),
      openDuration: 45_000,
      recovery: ramp({ duration: 30_000 }),
      now: () => performance.now() - back,
    },
  })
  const page = dashboard({ registry, authorize: () => 'ada', ...(withFleet && { fleet: fleetOf(registry) }) })
  const all = names.map((name) => registry.get(name))
  const get = (/** @type {string} */ name) => registry.get(name)

  const call = (
    /** @type {import('@cb/core').CircuitBreaker} */ breaker,
    /** @type {boolean} */ fails,
    error = new ConnectError('connect ECONNREFUSED 10.0.0.7:5432'),
  ) => {
    const permit = breaker.tryAcquire()
    if (permit.admitted) fails ? permit.failure(error) : permit.success()
  }
  const at = (/** @type {number} */ minutesAgo) => {
    back = minutesAgo * 60_000
  }
  const fail = (
    /** @type {string} */ name,
    /** @type {number} */ successes,
    /** @type {number} */ failures,
    error = new ConnectError('connect ECONNREFUSED 10.0.0.7:5432'),
  ) => {
    for (let n = 0; n < successes; n++) call(get(name), false)
    for (let n = 0; n < failures; n++) call(get(name), true, error)
  }
  const slow = new TimeoutError('no answer within 2 s')
  const recover = (/** @type {string} */ name) => {
    get(name).probeNow()
    for (let n = 0; n < 2; n++) call(get(name), false)
  }

  at(13.2)
  fail('search', 9, 11)
  at(12.4)
  get('sms-gateway').forceOpen('provider maintenance until 18:00, CHG-4711 (by lin)', { for: 3_600_000 })
  at(12)
  recover('search')
  at(9)
  fail('payments', 8, 12)
  for (let minutes = 8.2; minutes > 0.6; minutes -= 0.8) {
    at(minutes)
    call(get('payments'), true)
  }
  at(5)
  fail('recommendations', 10, 10, slow)
  at(4.2)
  recover('recommendations')
  at(3.1)
  fail('recommendations', 9, 12, slow)
  at(2.2)
  call(get('recommendations'), true, slow)
  at(1.3)
  call(get('recommendations'), true, slow)
  at(0.12)
  fail('geo-lookup', 7, 14, slow)
  at(0)
  get('recommendations').probeNow('a fix is deployed (by ada)')
  const timer = setInterval(() => {
    for (const [index, breaker] of all.entries()) {
      if (breaker.name === 'recommendations') continue
      const isHealthy = !['payments', 'geo-lookup'].includes(breaker.name)
      const calls = 1 + ((index * 7) % 11) + Math.round(3 * Math.sin(performance.now() / 4_000 + index))
      for (let n = 0; n < calls; n++) call(breaker, Math.random() < (isHealthy ? 0.02 : 1))
    }
    void get('orders')
      .execute(() => new Promise((resolve) => setTimeout(resolve, 8 + 60 * Math.random() ** 4)))
      .catch(() => {})
  }, 100)
  const server = createServer((request, response) => page(request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    origin: `http://127.0.0.1:${port}`,
    registry,
    close: () => {
      clearInterval(timer)
      page.close()
      server.closeAllConnections()
      server.close()
      Date.now = now
    },
  }
}
