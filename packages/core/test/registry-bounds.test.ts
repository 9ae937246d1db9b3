import { fakeClock } from '@cb/test-kit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures } from '../src/index.ts'

afterEach(() => vi.restoreAllMocks())

const names = (registry: CircuitBreakerRegistry) => Array.from(registry, ({ name }) => name).sort()

describe('a registry that is full', () => {
  test('lets the closed breaker go that was not used since it was last considered', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 3 })
    for (const name of ['a', 'b', 'c']) registry.get(name)
    registry.get('a')
    registry.get('d')
    expect(names(registry)).toEqual(['a', 'c', 'd'])
  })

  test('lets the oldest go where all are in use', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 3 })
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) registry.get(name)
    registry.get('d')
    expect(names(registry)).toEqual(['b', 'c', 'd'])
  })

  test('never lets a breaker go that is open, half-open, forced, or remembers a failure', () => {
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

  test('takes further names with one overflow breaker while nobody can go, and makes room again later', () => {
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

  test('a hundred thousand names of strangers are kept within the limit, and events tell who came and went', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 100 })
    let alive = 0
    registry.on('created', () => alive++)
    registry.on('evicted', () => alive--)
    for (let n = 0; n < 100_000; n++) registry.get(`host-${n}`)
    expect([registry.size, alive]).toEqual([100, 100])
  })

  test('whoever holds an evicted breaker can go on using it, unheard by the registry', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 1 })
    const heard = vi.fn()
    registry.on('outcome', heard)
    const evicted = registry.get('a')
    registry.get('b')
    evicted.acquire().success()
    expect([evicted.state, heard.mock.calls]).toEqual(['closed', []])
    expect(registry.get('a')).not.toBe(evicted)
  })

  test('the events of its overflow breaker are heard', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 1, defaults: { trip: consecutiveFailures(1) } })
    registry.get('a').acquire().failure()
    const heard: CircuitBreaker[] = []
    registry.on('transition', (_event, breaker) => heard.push(breaker))
    const overflow = registry.get('b')
    overflow.acquire().failure()
    expect(heard).toEqual([overflow])
  })
})

describe('idleTtl', () => {
  test('lets closed breakers go that nobody has asked for in that time, when a new name comes', () => {
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

  test('goes by the last use also for a breaker that is used all the time', () => {
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
})

test('a listener to comings and goings that throws is reported once and harms nothing', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const registry = new CircuitBreakerRegistry()
  registry.on('created', () => {
    throw new Error('my bug')
  })
  expect([registry.get('a').state, registry.get('b').state]).toEqual(['closed', 'closed'])
  expect(error).toHaveBeenCalledOnce()
})

test.each([
  [{ maxSize: 0 }, RangeError, 'maxSize'],
  [{ maxSize: 1.5 }, RangeError, 'maxSize'],
  [{ maxSize: Number.POSITIVE_INFINITY }, RangeError, 'maxSize'],
  [{ maxSize: '5' }, TypeError, 'maxSize'],
  [{ idleTtl: 0 }, RangeError, 'idleTtl'],
  [{ idleTtl: Number.NaN }, RangeError, 'idleTtl'],
  [{ idleTtl: '1h' }, TypeError, 'idleTtl'],
])('%o is refused', (options, kind, named) => {
  const make = () => new CircuitBreakerRegistry(options as never)
  expect(make).toThrow(kind)
  expect(make).toThrow(named)
})
