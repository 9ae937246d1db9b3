import { fakeClock } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { CircuitBreakerRegistry, consecutiveFailures } from '../src/index.ts'

const registryOfThree = () => {
  const clock = fakeClock(5_000)
  const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(3), now: clock.now } })
  registry.get('used').acquire().failure()
  registry.get('unused')
  registry.get('of its own', { callTimeout: 50 })
  return registry
}

describe('configure of a registry', () => {
  test('changes all of its breakers, used or not, and those created later', () => {
    const registry = registryOfThree()
    registry.configure({ callTimeout: 200 })
    registry.get('later')
    expect([...registry].map((breaker) => breaker.callTimeout)).toEqual([200, 200, 200, 200])
  })

  test('leaves other overrides of a breaker, and its window', () => {
    const registry = registryOfThree()
    registry.configure({ shadow: true })
    expect(registry.get('of its own').callTimeout).toBe(50)
    expect(registry.get('used').snapshot().window.failures).toBe(1)
  })

  test('changes nothing if it is invalid for one breaker', () => {
    const registry = registryOfThree()
    registry.get('probing', { halfOpen: { probeTimeout: 100 } })
    expect(() => registry.configure({ callTimeout: 150 })).toThrow(
      'halfOpen.probeTimeout must be longer than callTimeout (150)',
    )
    expect([...registry].map((breaker) => breaker.callTimeout)).toEqual([undefined, undefined, 50, undefined])
    expect(registry.get('later').callTimeout).toBeUndefined()
  })

  test.each(['now', 'random', 'name', 'nonsense'])('can not change %s', (option) => {
    expect(() => registryOfThree().configure({ [option]: () => 1 })).toThrow(`unknown option "${option}" in configure`)
  })

  test('changes the overflow breaker', () => {
    const registry = new CircuitBreakerRegistry({ maxSize: 1 })
    registry.get('open').forceOpen()
    const overflow = registry.get('one too many')
    registry.configure({ callTimeout: 70 })
    expect(overflow.callTimeout).toBe(70)
  })
})
