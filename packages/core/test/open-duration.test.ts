import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { exponentialBackoff, type OpenDurationContext } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

const context = (more: Partial<OpenDurationContext>): OpenDurationContext => ({
  attempt: 1,
  error: undefined,
  retryAfterMs: undefined,
  trip: undefined,
  random: () => 0,
  ...more,
})

const asked = (retryAfterMs: unknown) => Object.assign(new Error('busy'), { retryAfterMs })

describe('a number', () => {
  test('is how long it stays open, to the millisecond', () => {
    const { breaker, clock } = openBreaker({ openDuration: 700 })
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'open', retryAfterMs: 700 })
    clock.advance(699)
    expect(breaker.state).toBe('open')
    expect(breaker.tryAcquire()).toMatchObject({ retryAfterMs: 1 })
    clock.advance(1)
    expect(breaker.state).toBe('half-open')
    expect(breaker.snapshot().lastTransition).toMatchObject({
      reason: 'open-duration-ended',
      cause: 'time',
      stateDuration: 700,
    })
  })

  test.each([
    [5_000, 5_000],
    [200, 700],
    [300_000, 300_000],
    [3_600_000, 300_000],
    [Number.POSITIVE_INFINITY, 300_000],
    [Number.NaN, 700],
    [-5_000, 700],
    ['5000', 700],
  ])('with a server that asks for %s ms is %i', (retryAfterMs, expected) => {
    const { breaker } = closedBreaker({ openDuration: 700 })
    breaker.acquire().failure(asked(retryAfterMs))
    expect(breaker.snapshot().retryAfterMs).toBe(expected)
  })

  test('an error whose retryAfterMs throws changes nothing', () => {
    const { breaker } = closedBreaker({ openDuration: 700 })
    const hostile = {
      get retryAfterMs() {
        throw new Error('hostile')
      },
    }
    breaker.acquire().failure(hostile)
    expect(breaker.snapshot().retryAfterMs).toBe(700)
  })
})

describe('exponentialBackoff', () => {
  test.each([
    [{}, 1, 1_000],
    [{}, 2, 2_000],
    [{}, 3, 4_000],
    [{}, 7, 15_000],
    [{}, 10_000, 15_000],
    [{ initial: 100, factor: 3 }, 3, 900],
    [{ initial: 100, factor: 1 }, 50, 100],
    [{ initial: 100, max: 250 }, 3, 250],
    [{ initial: 90_000 }, 5, 90_000],
  ])('with %j at attempt %i is %i ms when random is 0', (options, attempt, expected) => {
    expect(exponentialBackoff(options)(context({ attempt }))).toBe(expected)
  })

  test('stays within its bounds, whatever random and the server return', () => {
    const property = fc.property(
      fc.record({ initial: fc.integer({ min: 1, max: 1e6 }), jitter: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.option(fc.double({ min: 0, max: 1e9, minExcluded: true, noNaN: true }), { nil: undefined }),
      ({ initial, jitter }, maxRetryAfter, attempt, chance, retryAfterMs) => {
        const max = 2 * initial
        const full = Math.min(max, initial * 2 ** (attempt - 1))
        const backoff = exponentialBackoff({ initial, max, jitter, maxRetryAfter })
        const duration = backoff(context({ attempt, retryAfterMs, random: () => chance }))
        const wait = Math.min(maxRetryAfter, retryAfterMs ?? 0)
        expect(duration).toBeGreaterThan(0)
        expect(duration).toBeGreaterThanOrEqual(Math.max(wait, full * (1 - jitter) * (1 - 1e-12)))
        expect(duration).toBeLessThanOrEqual(Math.max(wait, full))
      },
    )
    fc.assert(property)
  }, 120_000)

  test.each([
    [{}, 60_000, 60_000],
    [{}, 300_000, 300_000],
    [{}, 3_600_000, 300_000],
    [{ max: 2_000 }, 60_000, 60_000],
    [{ maxRetryAfter: 5_000 }, 60_000, 5_000],
    [{ maxRetryAfter: 500 }, 60_000, 1_000],
    [{ maxRetryAfter: 7_200_000 }, 3_600_000, 3_600_000],
  ])('with %j and a server that asks for %i ms is %i', (options, retryAfterMs, expected) => {
    expect(exponentialBackoff({ ...options, jitter: 0 })(context({ retryAfterMs }))).toBe(expected)
  })

  test('uses the random option of the breaker', () => {
    const openDuration = exponentialBackoff({ initial: 1_000, jitter: 0.4 })
    const { breaker } = openBreaker({ openDuration, random: () => 0.5 })
    expect(breaker.snapshot().retryAfterMs).toBe(800)
  })
})

const durations: [number, number][] = [
  [0, 1_000],
  [0.25, 750],
  [0.5, 500],
]
test.each(durations)('with full jitter and a random of %d an exponential backoff is %d ms', (chance, ms) => {
  const openDuration = exponentialBackoff({ initial: 1_000, jitter: 1 })
  expect(openBreaker({ openDuration, random: () => chance }).breaker.snapshot().retryAfterMs).toBe(ms)
})

describe('a user-defined function', () => {
  test('gets the attempt, the failure and its retryAfterMs', () => {
    const contexts: OpenDurationContext[] = []
    const openDuration = (given: OpenDurationContext) => {
      contexts.push(given)
      return 1_000
    }
    const { breaker } = halfOpenBreaker({ openDuration })
    const busy = asked(30_000)
    breaker.acquire().failure(busy)
    expect(contexts).toMatchObject([
      { attempt: 1, error: down, retryAfterMs: undefined },
      { attempt: 2, error: busy, retryAfterMs: 30_000 },
    ])
    expect(contexts[0]?.random()).toSatisfy((value: number) => value >= 0 && value < 1)
  })

  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY, undefined, null, '500', true, 500n, {}])(
    'that returns %s is replaced by a second and reported once',
    (garbage) => {
      const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
      const { breaker, clock } = openBreaker({ openDuration: () => garbage as number })
      expect(breaker.snapshot().retryAfterMs).toBe(1_000)
      clock.advance(1_000)
      breaker.acquire().failure(down)
      expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000 })
      expect(printed).toHaveBeenCalledOnce()
    },
  )

  test('that throws is replaced by a second and reported once', () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const openDuration = () => {
      throw new Error('my bug')
    }
    const { breaker, clock } = openBreaker({ openDuration })
    clock.advance(1_000)
    breaker.acquire().failure(down)
    expect(breaker.snapshot().retryAfterMs).toBe(1_000)
    expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
  })

  test('may itself force the breaker closed', () => {
    const { breaker } = closedBreaker({
      openDuration: () => {
        breaker.forceClosed()
        return 1_000
      },
    })
    breaker.acquire().failure(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', override: { state: 'closed' } })
  })
})

test('a user-defined function gets no retryAfterMs when it is 0', () => {
  const openDuration = vi.fn((_: OpenDurationContext) => 1)
  closedBreaker({ openDuration }).breaker.acquire().failure({ retryAfterMs: 0 })
  expect(openDuration.mock.lastCall?.[0].retryAfterMs).toBeUndefined()
})

test('an open duration may be as long as the largest safe integer', () => {
  const { breaker } = openBreaker({ openDuration: () => Number.MAX_SAFE_INTEGER })
  expect(breaker.snapshot().lastTransition?.openDuration).toBe(Number.MAX_SAFE_INTEGER)
})
