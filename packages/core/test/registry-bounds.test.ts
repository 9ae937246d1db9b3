import { fakeClock } from '@cb/test-kit'
import { describe, expect, test, vi } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  type CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  failureCount,
  failureRate,
  ramp,
  slowCallRate,
  timeWindow,
} from '../src/index.ts'
import { admissionWith, throwing } from './misused.ts'

const names = (registry: CircuitBreakerRegistry) => Array.from(registry, ({ name }) => name).sort()

describe('a registry that is full', () => {
  test('evicts the closed breaker that was not used since it was last considered', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 3 })
    for (const name of ['a', 'b', 'c']) registry.get(name)
    registry.get('a')
    registry.get('d')
    expect(names(registry)).toEqual(['a', 'c', 'd'])
  })

  test('whose breakers have all been used evicts the oldest, and then the next oldest', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 3 })
    for (const name of ['a', 'b', 'c']) registry.get(name)
    for (const name of ['a', 'b', 'c']) registry.get(name)
    expect(registry.get('d').name).toBe('d')
    expect(Array.from(registry, ({ name }) => name)).toEqual(['b', 'c', 'd'])
    expect(registry.get('e').name).toBe('e')
    expect(Array.from(registry, ({ name }) => name)).toEqual(['c', 'd', 'e'])
  })

  test('of a hundred used breakers evicts the first one created for a new name', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 100 })
    for (let round = 0; round < 2; round++) for (let n = 0; n < 100; n++) registry.get(`host-${n}`)
    expect(registry.get('new').name).toBe('new')
    expect([registry.size, registry.has('host-0'), registry.has('host-1')]).toEqual([100, false, true])
  })

  test('never evicts a breaker that is open, half-open, forced or has a failure in its window', () => {
    const clock = fakeClock()
    const defaults = { trip: consecutiveFailures(2), openDuration: 10, now: clock.now }
    const registry = new CircuitBreakerRegistry({ maxSize: 5, defaults })
    for (const name of ['half-open', 'open']) {
      registry.get(name).acquire().failure()
      registry.get(name).acquire().failure()
      clock.advance(name === 'half-open' ? 10 : 0)
    }
    registry.get('forced').forceClosed()
    registry.get('failed once').acquire().failure()
    for (let n = 0; n < 200; n++) registry.get(`passing ${n}`)
    expect(names(registry)).toEqual(['failed once', 'forced', 'half-open', 'open', 'passing 199'])
  })

  test('never evicts a breaker that has a slow call in its window', () => {
    const clock = fakeClock(1e6)
    const trip = slowCallRate({ slowAfter: 10, minimumCalls: 2 })
    const registry = new CircuitBreakerRegistry({ maxSize: 1, defaults: { trip, now: clock.now } })
    const permit = registry.get('slow').acquire()
    clock.advance(10)
    permit.success()
    expect(registry.get('other').name).toBe('(overflow)')
    expect(registry.has('slow')).toBe(true)
  })

  test.each([
    ['consecutiveFailures after slowCallRate', anyOf(slowCallRate({ slowAfter: 100 }), consecutiveFailures(5))],
    ['consecutiveFailures before slowCallRate', anyOf(consecutiveFailures(5), slowCallRate({ slowAfter: 100 }))],
    [
      'the last of three',
      anyOf(slowCallRate({ slowAfter: 100 }), slowCallRate({ slowAfter: 9 }), consecutiveFailures(5)),
    ],
    [
      'an anyOf in an anyOf',
      anyOf(slowCallRate({ slowAfter: 100 }), anyOf(slowCallRate({ slowAfter: 9 }), failureRate())),
    ],
  ])('never evicts a breaker that has a failure in the window of %s', (_, trip) => {
    const { now } = fakeClock()
    const registry = new CircuitBreakerRegistry({ maxSize: 2, defaults: { trip, now } })
    for (let n = 0; n < 4; n++) registry.get('failing').acquire().failure()
    for (let n = 0; n < 3; n++) registry.get(`passing ${n}`)
    expect(names(registry)).toEqual(['failing', 'passing 2'])
  })

  test('never evicts a breaker that has a slow call in the second of two windows', () => {
    const clock = fakeClock()
    const trip = anyOf(consecutiveFailures(5), slowCallRate({ slowAfter: 100 }))
    const registry = new CircuitBreakerRegistry({ maxSize: 2, defaults: { trip, now: clock.now } })
    const permit = registry.get('slow').acquire()
    clock.advance(100)
    permit.success()
    for (let n = 0; n < 3; n++) registry.get(`passing ${n}`)
    expect(names(registry)).toEqual(['passing 2', 'slow'])
  })

  test('never evicts a breaker whose throttle has a failure in its window', () => {
    const { now } = fakeClock()
    const defaults = { trip: slowCallRate({ slowAfter: 100 }), admission: adaptiveThrottle(), now }
    const registry = new CircuitBreakerRegistry({ maxSize: 2, defaults })
    registry.get('failing').acquire().failure()
    for (let n = 0; n < 3; n++) registry.get(`passing ${n}`)
    expect(names(registry)).toEqual(['failing', 'passing 2'])
  })

  test('evicts a breaker whose failures are older than its window', () => {
    const clock = fakeClock()
    const trip = failureCount({ threshold: 5, window: timeWindow(1_000) })
    const registry = new CircuitBreakerRegistry({ maxSize: 1, defaults: { trip, now: clock.now } })
    registry.get('failed').acquire().failure()
    clock.advance(1_000)
    expect(registry.get('new').name).toBe('new')
  })

  test('never evicts a breaker during its ramp', () => {
    const clock = fakeClock()
    const registry = new CircuitBreakerRegistry({
      maxSize: 1,
      defaults: {
        trip: consecutiveFailures(1),
        openDuration: 1_000,
        halfOpen: { successThreshold: 1 },
        recovery: ramp({ duration: 10_000 }),
        now: clock.now,
      },
    })
    registry.get('recovering').acquire().failure()
    clock.advance(1_000)
    registry.get('recovering').acquire().success()
    expect(registry.get('other').name).toBe('(overflow)')
    clock.advance(10_000)
    expect(registry.get('other').name).toBe('other')
  })

  test('shares one overflow breaker between further names while none can be evicted, and makes room again later', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 2, defaults: { trip: consecutiveFailures(1) } })
    for (const name of ['a', 'b']) registry.get(name).acquire().failure()
    const overflow = registry.get('c')
    expect(overflow.name).toBe('(overflow)')
    expect(registry.get('d')).toBe(overflow)
    expect([registry.size, registry.has('c'), names(registry)]).toEqual([2, false, ['(overflow)', 'a', 'b']])
    registry.get('a').reset()
    expect(registry.get('c').name).toBe('c')
    expect([...registry].at(-1)).toBe(overflow)
  })

  test('keeps a hundred thousand names within maxSize, with an event for each that is created or evicted', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 100 })
    let alive = 0
    registry.on('created', () => alive++)
    registry.on('evicted', () => alive--)
    for (let n = 0; n < 100_000; n++) registry.get(`host-${n}`)
    expect([registry.size, alive]).toEqual([100, 100])
  })

  test('does not listen to an evicted breaker any more, which still works', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 1 })
    const seen = vi.fn()
    registry.on('outcome', seen)
    const evicted = registry.get('a')
    registry.get('b')
    evicted.acquire().success()
    expect([evicted.state, seen.mock.calls]).toEqual(['closed', []])
    expect(registry.get('a')).not.toBe(evicted)
  })

  test('passes on the events of its overflow breaker', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 1, defaults: { trip: consecutiveFailures(1) } })
    registry.get('a').acquire().failure()
    const seen: CircuitBreaker[] = []
    registry.on('transition', (_event, breaker) => seen.push(breaker))
    const overflow = registry.get('b')
    overflow.acquire().failure()
    expect(seen).toEqual([overflow])
  })
})

test('names of more than 1 000 characters share the overflow breaker', () => {
  const registry = new CircuitBreakerRegistry()
  const shared = registry.get('x'.repeat(1_001))
  expect(shared.name).toBe('(overflow)')
  expect(registry.get('y'.repeat(100_000))).toBe(shared)
  expect([registry.size, registry.get('x'.repeat(1_000)).name.length]).toEqual([0, 1_000])
})

test.each<[string, () => never]>([
  ['throws', throwing()],
  ['returns null', () => null as never],
  ['returns a promise that rejects', () => Promise.reject(new Error('my bug')) as never],
])(
  'a full registry creates a breaker all the same when the snapshot of an admission policy %s',
  async (_, snapshot) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const registry = new CircuitBreakerRegistry({ maxSize: 1, defaults: { admission: admissionWith({ snapshot }) } })
    registry.get('a').acquire().success()
    expect(registry.get('b').name).toBe('b')
    await new Promise((resolve) => setImmediate(resolve))
    vi.restoreAllMocks()
  },
)

describe('idleTtl', () => {
  test('evicts idle breakers also behind a hundred that are older and must stay', () => {
    const clock = fakeClock()
    const registry = new CircuitBreakerRegistry({ idleTtl: 100, defaults: { now: clock.now } })
    for (let n = 0; n < 100; n++) registry.get(`forced ${n}`).forceOpen()
    for (let n = 0; n < 100; n++) registry.get(`idle ${n}`)
    for (let n = 0; n < 10; n++) {
      clock.advance(101)
      registry.get('new')
      registry.get(`newer ${n}`)
    }
    expect(names(registry).filter((name) => name.startsWith('idle'))).toEqual([])
    expect(names(registry).filter((name) => name.startsWith('forced'))).toHaveLength(100)
  })

  test('evicts closed breakers that were not used for that time when a new name comes', () => {
    const clock = fakeClock()
    const registry = new CircuitBreakerRegistry({
      idleTtl: 1_000,
      defaults: { now: clock.now, trip: consecutiveFailures(9) },
    })
    for (const name of ['used', 'idle', 'failed']) registry.get(name)
    registry.get('failed').acquire().failure()
    clock.advance(800)
    registry.get('used')
    clock.advance(200)
    registry.get('new')
    expect(names(registry)).toEqual(['failed', 'new', 'used'])
  })

  test('does not evict a breaker that is used all the time', () => {
    const clock = fakeClock()
    const registry = new CircuitBreakerRegistry({ idleTtl: 1_000, defaults: { now: clock.now } })
    for (let n = 0; n < 100; n++) {
      registry.get('busy')
      clock.advance(100)
      registry.get(`new ${n}`)
    }
    expect(registry.has('busy')).toBe(true)
    expect(registry.size).toBeLessThanOrEqual(12)
  })

  test('counts from the creation of a breaker that was never used', () => {
    const clock = fakeClock(1e6)
    const registry = new CircuitBreakerRegistry({ idleTtl: 1_000, defaults: { now: clock.now } })
    registry.get('a')
    clock.advance(999)
    registry.get('b')
    expect(registry.has('a')).toBe(true)
    clock.advance(1)
    registry.get('c')
    expect(registry.has('a')).toBe(false)
  })

  test('evicts thousands of idle breakers bit by bit, a few for each new name', () => {
    const clock = fakeClock()
    const registry = new CircuitBreakerRegistry({ idleTtl: 1_000, defaults: { now: clock.now } })
    for (let n = 0; n < 2_000; n++) registry.get(`host-${n}`)
    clock.advance(1_001)
    registry.get('new')
    expect(registry.size).toBeGreaterThan(1_900)
    for (let n = 0; n < 100; n++) registry.get(`other-${n}`)
    expect(registry.size).toBeLessThan(200)
  })
})

test.each([
  [{ maxSize: 0 }, RangeError, 'maxSize'],
  [{ maxSize: 1.5 }, RangeError, 'maxSize'],
  [{ maxSize: Number.POSITIVE_INFINITY }, RangeError, 'maxSize'],
  [{ maxSize: '5' }, TypeError, 'maxSize'],
  [{ idleTtl: 0 }, RangeError, 'idleTtl'],
  [{ idleTtl: Number.NaN }, RangeError, 'idleTtl'],
  [{ idleTtl: '1h' }, TypeError, 'idleTtl'],
])('new CircuitBreakerRegistry(%o) throws an error that names the option', (options, kind, named) => {
  const make = () => new CircuitBreakerRegistry(options as never)
  expect(make).toThrow(kind)
  expect(make).toThrow(named)
})
