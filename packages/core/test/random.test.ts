import { describe, expect, test } from 'vitest'
import { adaptiveThrottle, consecutiveFailures, exponentialBackoff } from '../src/index.ts'
import { closedBreaker, openBreaker, rampingBreaker } from './in-state.ts'

const unusable: [string, () => number][] = [
  [
    'throws',
    () => {
      throw new Error('no chance')
    },
  ],
  ['returns NaN', () => Number.NaN],
  ['returns 1', () => 1],
  ['returns a negative number', () => -1],
  ['returns a string', () => '0.1' as unknown as number],
  ['is async', (async () => 0.1) as unknown as () => number],
  ['is async and rejects', (() => Promise.reject(new Error('no chance'))) as unknown as () => number],
]

describe.each(unusable)('a `random` that %s counts as a half', (_, random) => {
  test('for the jitter of a backoff', () => {
    const { breaker } = openBreaker({ openDuration: exponentialBackoff({ initial: 1_000, jitter: 0.5 }), random })
    expect(breaker.snapshot().retryAfterMs).toBe(750)
  })

  test('for the share of a ramp', () => {
    const { breaker, clock } = rampingBreaker({ random })
    clock.advance(499)
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'ramp' })
    clock.advance(2)
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test.each([
    [0.4, false],
    [0.6, true],
  ])('for a shadow of %d', (shadow, admitted) => {
    expect(openBreaker({ shadow, random }).breaker.tryAcquire().admitted).toBe(admitted)
  })

  test.each([
    ['rejects half of the calls or more', 4, false],
    ['rejects less than half', 2, true],
  ])('for a throttle that %s', (_what, failures, admitted) => {
    const { breaker } = closedBreaker({
      trip: consecutiveFailures(9),
      admission: adaptiveThrottle({ minimumCalls: 1 }),
      random,
    })
    const inFlight = Array.from({ length: failures + 1 }, () => breaker.acquire())
    inFlight.pop()?.success()
    for (const permit of inFlight) permit.failure()
    expect(breaker.tryAcquire().admitted).toBe(admitted)
  })
})

test('by default breakers that open at the same moment do not probe in step', () => {
  const openDuration = exponentialBackoff()
  const durations = Array.from({ length: 20 }, () => openBreaker({ openDuration }).breaker.snapshot().retryAfterMs)
  expect(new Set(durations).size).toBeGreaterThan(1)
})

test('two breakers that differ in their `random` only have each their own', () => {
  const { now } = closedBreaker().clock
  const openDuration = exponentialBackoff({ initial: 1_000, jitter: 0.5 })
  const openFor = (random: () => number) => openBreaker({ openDuration, now, random }).breaker.snapshot().retryAfterMs
  expect([openFor(() => 0), openFor(() => 0.5)]).toEqual([1_000, 750])
})

test('`random` is not called by a breaker that leaves nothing to chance', () => {
  const { breaker, clock } = openBreaker({ random: () => expect.unreachable() })
  expect(breaker.tryAcquire().admitted).toBe(false)
  clock.advance(1_000)
  breaker.acquire().success()
})
