import { expect, test } from 'vitest'
import { type CircuitBreaker, CircuitBreakerRegistry, observe } from '../src/index.ts'

const names = (registry: CircuitBreakerRegistry) => Array.from(registry, ({ name }) => name).sort()

test.each<[string, (registry: CircuitBreakerRegistry, name: string, turn: number) => unknown]>([
  ['gets the evicted name again', (registry, name) => registry.get(name)],
  ['gets other names', (registry, _, turn) => registry.get(`listener ${turn}`)],
  [
    'deletes a breaker and gets two',
    (registry, name, turn) => [registry.delete('first'), registry.get(name), registry.get(`more ${turn}`)],
  ],
])('a registry stays within maxSize when a listener of evicted %s', (_, act) => {
  for (const maxSize of [1, 2, 3, 10]) {
    const registry = new CircuitBreakerRegistry({ maxSize })
    const sizes: number[] = []
    let turns = 0
    registry.on('evicted', ({ name }) => {
      if (turns++ < 200) act(registry, name, turns)
      sizes.push(registry.size)
    })
    for (const name of ['first', ...Array.from({ length: 50 }, (_, n) => `host-${n}`)]) {
      expect(registry.get(name)).toBe(registry.get(name))
      sizes.push(registry.size)
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxSize)
  }
})

test('a registry stays within maxSize when a listener of created gets another name', () => {
  const registry = new CircuitBreakerRegistry({ maxSize: 3 })
  let turns = 0
  registry.on('created', ({ name }) => {
    if (turns++ < 100) registry.get(`beside ${name}`.slice(0, 100))
    expect(registry.size).toBeLessThanOrEqual(3)
  })
  for (let n = 0; n < 20; n++) registry.get(`host-${n}`)
  expect(registry.size).toBeLessThanOrEqual(3)
})

test('a registry returns the breaker that a listener of evicted has created under the same name', () => {
  const registry = new CircuitBreakerRegistry({ maxSize: 1 })
  registry.get('a')
  let inner: CircuitBreaker | undefined
  registry.on('evicted', () => {
    inner ??= registry.get('b')
  })
  expect(registry.get('b')).toBe(inner)
  expect(names(registry)).toEqual(['b'])
})

test('an observer of created that gets breakers gets the new one, and the registry stays within maxSize', () => {
  const registry = new CircuitBreakerRegistry({ maxSize: 3 })
  const seen: boolean[] = []
  let turns = 0
  let isMine = false
  const end = observe({
    created: (breaker) => {
      if (!isMine) return // breakers of other tests
      seen.push(registry.get(breaker.name) === breaker)
      if (turns++ < 50) registry.get(`beside ${turns}`)
    },
  })
  isMine = true
  registry.get('first')
  end()
  expect(seen).toEqual(Array(51).fill(true))
  expect(registry.size).toBe(3)
})
