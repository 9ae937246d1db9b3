import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreakerRegistry, slowCallRate } from '../src/index.ts'

test('a full registry whose breakers have all been used gives up the oldest, and each loses its claim', () => {
  const registry = new CircuitBreakerRegistry({ maxSize: 3 })
  for (const name of ['a', 'b', 'c']) registry.get(name)
  for (const name of ['a', 'b', 'c']) registry.get(name)
  expect(registry.get('d').name).toBe('d')
  expect(Array.from(registry, ({ name }) => name)).toEqual(['b', 'c', 'd'])
  expect(registry.get('e').name).toBe('e')
  expect(Array.from(registry, ({ name }) => name)).toEqual(['c', 'd', 'e'])
})

test('a breaker that remembers slow calls is not given up', () => {
  const clock = fakeClock(1e6)
  const trip = slowCallRate({ slowAfter: 10, minimumCalls: 2 })
  const registry = new CircuitBreakerRegistry({ maxSize: 1, defaults: { trip, now: clock.now } })
  const permit = registry.get('slow').acquire()
  clock.advance(10)
  permit.success()
  expect(registry.get('other').name).toBe('(overflow)')
  expect(registry.has('slow')).toBe(true)
})

test('a breaker is idle from when it was made, if it was never used', () => {
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

test('who has stopped listening for new breakers is told of none', () => {
  const registry = new CircuitBreakerRegistry()
  const told: string[] = []
  const end = registry.on('created', ({ name }) => told.push(name))
  registry.get('a')
  end()
  registry.get('b')
  expect(told).toEqual(['a'])
})
