import { describe, expect, test } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureCount,
  failureRate,
  timeWindow,
} from '../src/index.ts'

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner)
  return Object.freeze(value)
}

const rateOptions = () => ({ threshold: 0.4, minimumCalls: 7, window: countWindow(50) })
const backoffOptions = () => ({ initial: 200, max: 900, factor: 3, jitter: 0.1 })
const breakerOptions = () => ({
  name: 'a',
  trip: failureRate(rateOptions()),
  openDuration: exponentialBackoff(backoffOptions()),
  halfOpen: { maxConcurrent: 3, successThreshold: 4, probeTimeout: 5_000 },
  callTimeout: 900,
})
const config = (breaker: CircuitBreaker) => breaker.snapshot().config

/** Sets every number in it, also in nested plain objects, to another one that is valid. */
function disturb(options: object): void {
  for (const [key, value] of Object.entries(options)) {
    if (typeof value === 'number') Object.assign(options, { [key]: 1 })
    else if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) disturb(value)
  }
}

const rows: [string, () => object, (options: never) => unknown][] = [
  ['a breaker', breakerOptions, (options) => new CircuitBreaker(options)],
  [
    'a registry',
    () => ({ defaults: { ...breakerOptions(), name: undefined } }),
    (options) => new CircuitBreakerRegistry(options),
  ],
  ['failureRate', rateOptions, failureRate],
  ['failureCount', () => ({ threshold: 3, window: countWindow(9) }), failureCount],
  ['timeWindow', () => ({ buckets: 5 }), (options) => timeWindow(1_000, options)],
  ['exponentialBackoff', backoffOptions, exponentialBackoff],
]

describe.each(rows)('the options of %s', (_, options, make) => {
  test('may be frozen, and are left as they were', () => {
    const given = options()
    delete (given as { defaults?: { name?: string } }).defaults?.name
    make(freeze(given) as never)
    expect(Object.keys(given)).toEqual(Object.keys(options()))
  })
})

test('a change to the options of a breaker after it was made has no effect', () => {
  const options = breakerOptions()
  const breaker = new CircuitBreaker(options)
  const before = config(breaker)
  disturb(options)
  expect(options).toMatchObject({ callTimeout: 1, halfOpen: { maxConcurrent: 1 } })
  expect(config(breaker)).toEqual(before)
})

test('a change to the options of a policy after it was made has no effect', () => {
  const [rate, count, backoff, buckets] = [rateOptions(), { threshold: 3 }, backoffOptions(), { buckets: 5 }]
  const trip = anyOf(
    failureRate(rate),
    failureCount({ threshold: 9, window: timeWindow(1_000, buckets) }),
    failureCount(count),
  )
  const breaker = new CircuitBreaker({ trip, openDuration: exponentialBackoff(backoff) })
  const before = structuredClone(config(breaker))
  for (const options of [rate, count, backoff, buckets]) disturb(options)
  expect(config(breaker)).toEqual(before)
})

test('a change to the defaults of a registry after it was made has no effect, nested or not', () => {
  const { name: _, ...defaults } = breakerOptions()
  const registry = new CircuitBreakerRegistry({ defaults })
  const before = config(registry.get('before'))
  const own = { trip: consecutiveFailures(2) }
  const beforeOwn = config(registry.get('own before', own))
  disturb(defaults)
  expect(config(registry.get('after'))).toEqual(before)
  expect(config(registry.get('own after', own))).toEqual(beforeOwn)
})

test('changing a snapshot does not change the breaker', () => {
  const breaker = new CircuitBreaker(breakerOptions())
  const before = structuredClone(breaker.snapshot())
  try {
    disturb(breaker.snapshot())
  } catch {
    // Frozen is as good.
  }
  expect({ ...breaker.snapshot(), at: 0 }).toEqual({ ...before, at: 0 })
})

test.each([['halfOpen', { maxConcurrent: 1 }, { maxConcurrent: 3 }]])(
  'an options object that was changed between two breakers is read again: %s',
  (name, before, after) => {
    const options = { ...before }
    const made = () => new CircuitBreaker({ [name]: options })
    const first = made()
    Object.assign(options, after)
    expect([first, made()].map(config)).toMatchObject([{ [name]: before }, { [name]: after }])
  },
)

test('options that are inherited set nothing, for this breaker or for another', () => {
  class Inherited {
    readonly name = 'payments'
    get callTimeout() {
      return 50
    }
    get shadow() {
      return true
    }
  }
  const breakers = [new CircuitBreaker(new Inherited()), new CircuitBreaker(), new CircuitBreaker({ name: 'search' })]
  for (const breaker of breakers) {
    expect([breaker.callTimeout, breaker.snapshot().config['shadow']]).toEqual([undefined, 0])
  }
})

test('an option that is read is read once', () => {
  let reads = 0
  const options = {
    get callTimeout() {
      return ++reads * 100
    },
  }
  const breaker = new CircuitBreaker(options)
  expect([breaker.callTimeout, reads]).toEqual([100, 1])
  expect(new CircuitBreaker({ callTimeout: 200 }).callTimeout).toBe(200)
})

test.each(['callTimeout', 'shadow', 'admission', 'recovery', 'classify', 'halfOpen', 'name'])(
  'a polluted Object.prototype.%s sets nothing',
  async (option) => {
    Object.defineProperty(Object.prototype, option, { value: 1, configurable: true, writable: true })
    try {
      const breaker = new CircuitBreaker()
      await expect(breaker.execute(() => 42)).resolves.toBe(42)
      expect([breaker.name, breaker.callTimeout, breaker.state]).toEqual(['default', undefined, 'closed'])
    } finally {
      delete (Object.prototype as Record<string, unknown>)[option]
    }
  },
)

test('no listener can change the trip of a transition, and no reader the last transition', () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const change = (object: object | undefined | null) => () =>
    Object.assign(object as object, { policy: 'evil', to: 'closed' })
  breaker.on('transition', ({ trip }) => expect(change(trip)).toThrow(TypeError))
  breaker.acquire().failure(new Error('down'))
  const { lastTransition } = breaker.snapshot()
  expect(change(lastTransition)).toThrow(TypeError)
  expect(change(lastTransition?.trip)).toThrow(TypeError)
  expect(lastTransition).toMatchObject({ to: 'open', trip: { policy: 'consecutive-failures' } })
})
