import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { History, mostBreakers, mostTransitions } from '../src/history.ts'
import { settle } from './opened.ts'

let history: History
afterEach(() => history.close())

const states = (breaker: CircuitBreaker) => history.of(breaker).map(({ from, to }) => `${from}${to}`)

describe('the history', () => {
  test('knows what happened before anybody looked, in words', () => {
    const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(2) } })
    history = new History((breaker) => registry.has(breaker.name))
    const before = Date.now()
    const payments = registry.get('payments')
    settle(payments, 0, 2)
    payments.probeNow('deployed (by ada)')
    expect(history.of(payments)).toEqual([
      {
        at: expect.any(Number),
        from: 0,
        to: 1,
        why: 'opened because 2 calls in a row failed (threshold 2)',
        rounds: 0,
      },
      {
        at: expect.any(Number),
        from: 1,
        to: 2,
        why: 'probing: an operator asked for probes. Note: deployed (by ada)',
        rounds: 0,
      },
    ])
    const [first] = history.of(payments)
    expect(first?.at).toBeGreaterThanOrEqual(before)
    expect(first?.at).toBeLessThanOrEqual(Date.now())
  })

  test('ignores breakers that are not in the registry', () => {
    history = new History(() => false)
    const other = new CircuitBreaker({ name: 'other' })
    other.forceOpen()
    expect(history.of(other)).toEqual([])
  })

  test('of a long outage still shows its beginning: failed rounds of probes are merged', () => {
    history = new History(() => true)
    const clock = fakeClock()
    const search = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 100, now: clock.now })
    settle(search, 0, 1)
    const begin = history.of(search)[0]
    for (let round = 0; round < 500; round++) {
      clock.advance(100)
      settle(search, 0, 1)
    }
    const past = history.of(search)
    expect(past.length).toBeLessThanOrEqual(mostTransitions)
    expect(past[0]).toEqual(begin)
    expect(past.reduce((sum, { rounds }) => sum + rounds, 0) + past.filter(({ from }) => from === 2).length).toBe(500)
    expect(states(search).slice(0, 5)).toEqual(['01', '12', '21', '12', '21'])
  })

  test('of a breaker that opens and closes all the time keeps the latest', () => {
    history = new History(() => true)
    const flapping = new CircuitBreaker()
    for (let n = 0; n < 2 * mostTransitions; n++) {
      flapping.forceOpen(`${n}`)
      flapping.reset()
    }
    expect(history.of(flapping)).toHaveLength(mostTransitions)
    expect(history.of(flapping).at(-2)?.why).toContain(`Note: ${2 * mostTransitions - 1}`)
  })

  test('keeps a bounded number of breakers: those that changed last', () => {
    history = new History(() => true)
    const breakers = Array.from({ length: mostBreakers + 2 }, (_, n) => new CircuitBreaker({ name: `b${n}` }))
    const [first, second, third] = breakers as [CircuitBreaker, CircuitBreaker, CircuitBreaker]
    for (const breaker of breakers.slice(0, mostBreakers)) breaker.forceOpen()
    first.resume()
    for (const breaker of breakers.slice(mostBreakers)) breaker.forceOpen()
    expect([first, second, third].map((breaker) => history.of(breaker).length)).toEqual([2, 0, 0])
  })

  test('cuts long notes', () => {
    history = new History(() => true)
    const breaker = new CircuitBreaker()
    breaker.forceOpen('x'.repeat(1_000))
    expect(history.of(breaker)[0]?.why).toHaveLength(300)
  })

  test('ends when it is closed', () => {
    history = new History(() => true)
    history.close()
    const breaker = new CircuitBreaker()
    breaker.forceOpen()
    expect(history.of(breaker)).toEqual([])
  })
})
