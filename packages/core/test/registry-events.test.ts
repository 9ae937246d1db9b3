import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreakerRegistry, type CircuitBreakerRegistryOptions, consecutiveFailures } from '../src/index.ts'
import { down } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

const make = (defaults: NonNullable<CircuitBreakerRegistryOptions['defaults']> = {}) =>
  new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), now: () => 0, ...defaults } })

describe('a registry listener', () => {
  test('gets the events of every breaker, also of those created later, until it unsubscribes', () => {
    const registry = make()
    const seen: unknown[] = []
    registry.get('a')
    const end = registry.on('transition', ({ to }, breaker) => seen.push([breaker.name, to]))
    for (const name of ['a', 'b']) registry.get(name).acquire().failure(down)
    expect(seen).toEqual([
      ['a', 'open'],
      ['b', 'open'],
    ])
    end()
    for (const name of ['a', 'b', 'c']) registry.get(name).forceClosed()
    expect(seen).toHaveLength(2)
  })

  test('gets each event once, with its breaker', () => {
    const registry = make()
    const listener = vi.fn()
    registry.on('outcome', listener)
    registry.get('a')
    registry.get('a').acquire().success()
    expect(listener).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ outcome: 'success' }), registry.get('a'))
  })

  test('gets no event of a breaker that was deleted', () => {
    const registry = make()
    const listener = vi.fn()
    registry.on('outcome', listener)
    const breaker = registry.get('a')
    registry.delete('a')
    breaker.acquire().success()
    expect(listener).not.toHaveBeenCalled()
  })

  test('for an unknown event throws an error, also without any breaker', () => {
    const registry = make()
    expect(() => registry.on('opened' as never, () => {})).toThrow(TypeError)
    expect(registry.get('a').state).toBe('closed')
  })

  test('that throws is reported once, not once per breaker', () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const registry = make()
    registry.on('outcome', () => {
      throw new Error('my bug')
    })
    for (const name of ['a', 'b', 'c']) registry.get(name).acquire().success()
    expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
  })
})

test('a listener for created breakers gets none after it unsubscribed', () => {
  const registry = new CircuitBreakerRegistry()
  const seen: string[] = []
  const end = registry.on('created', ({ name }) => seen.push(name))
  registry.get('a')
  end()
  registry.get('b')
  expect(seen).toEqual(['a'])
})

test('a listener for created breakers that throws is reported once and affects nothing', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const registry = new CircuitBreakerRegistry()
  registry.on('created', () => {
    throw new Error('my bug')
  })
  expect([registry.get('a').state, registry.get('b').state]).toEqual(['closed', 'closed'])
  expect(error).toHaveBeenCalledOnce()
})
