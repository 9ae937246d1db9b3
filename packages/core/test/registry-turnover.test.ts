import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreakerRegistry, consecutiveFailures } from '../src/index.ts'

test('where all of many breakers are in use, the one made first makes room for a new name', () => {
  const registry = new CircuitBreakerRegistry({ maxSize: 100 })
  for (let round = 0; round < 2; round++) for (let n = 0; n < 100; n++) registry.get(`host-${n}`)
  expect(registry.get('new').name).toBe('new')
  expect([registry.size, registry.has('host-0'), registry.has('host-1')]).toEqual([100, false, true])
})

test('a new name does not wait until thousands of idle breakers have been dropped: they go bit by bit', () => {
  const clock = fakeClock()
  const registry = new CircuitBreakerRegistry({ idleTtl: 1_000, defaults: { now: clock.now } })
  for (let n = 0; n < 2_000; n++) registry.get(`host-${n}`)
  clock.advance(1_001)
  registry.get('new')
  expect(registry.size).toBeGreaterThan(1_900)
  for (let n = 0; n < 100; n++) registry.get(`other-${n}`)
  expect(registry.size).toBeLessThan(200)
})

test('a breaker whose traffic is just returning is not given up', () => {
  const clock = fakeClock()
  const registry = new CircuitBreakerRegistry({
    maxSize: 1,
    defaults: {
      trip: consecutiveFailures(1),
      openDuration: 1_000,
      halfOpen: { successThreshold: 1 },
      ramp: { duration: 10_000 },
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
