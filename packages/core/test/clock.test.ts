import { fakeClock } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, consecutiveFailures, failureCount, timeWindow } from '../src/index.ts'
import { down } from './in-state.ts'

// performance.now() stands in for a clock that fails, so it is faked as well and moves along.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function setup(trip = consecutiveFailures(1)) {
  let read = () => time
  let time = 100_000
  const breaker = new CircuitBreaker({
    trip,
    openDuration: 1_000,
    halfOpen: { successThreshold: 1, probeTimeout: 2_000 },
    now: () => read(),
  })
  const pass = (ms: number) => {
    time += ms
    vi.advanceTimersByTime(ms)
  }
  /** From now on the clock is out by that much. */
  const jump = (ms: number) => {
    time += ms
  }
  /** One reading is something else. */
  const glitch = (reading: () => unknown) => {
    const usual = read
    read = reading as () => number
    breaker.snapshot()
    read = usual
  }
  const stuckAt = (reading: () => unknown) => {
    read = reading as () => number
  }
  return { breaker, pass, jump, glitch, stuckAt }
}
type Setup = ReturnType<typeof setup>

const { MAX_SAFE_INTEGER, POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number
const throwing = () => {
  throw new Error('no clock')
}

const mishaps: [string, (setup: Setup) => void][] = [
  ...[1, 1_000, 1e12, -1, -1_000, -99_999, -1e12].map((ms): [string, (setup: Setup) => void] => [
    `jumps by ${ms} ms`,
    ({ jump }) => jump(ms),
  ]),
  ...[
    0,
    -1e12,
    1e12,
    MAX_SAFE_INTEGER,
    -MAX_SAFE_INTEGER,
    Number.MAX_VALUE,
    POSITIVE_INFINITY,
    NEGATIVE_INFINITY,
    Number.NaN,
    undefined,
    '5',
    5n,
  ].map((reading): [string, (setup: Setup) => void] => [
    `says ${String(reading)} once`,
    ({ glitch }) => glitch(() => reading),
  ]),
  ...[Number.NaN, POSITIVE_INFINITY, NEGATIVE_INFINITY, undefined, null, '5', 5n, new Date(0), Promise.resolve(5)].map(
    (reading): [string, (setup: Setup) => void] => [
      `says ${String(reading)} from now on`,
      ({ stuckAt }) => stuckAt(() => reading),
    ],
  ),
  ['throws once', ({ glitch }) => glitch(throwing)],
  ['throws from now on', ({ stuckAt }) => stuckAt(throwing)],
]

describe.each(mishaps)('when the clock %s', (_, mishap) => {
  test('a closed breaker still opens, and its window still empties in time', () => {
    const bench = setup(failureCount({ threshold: 3, window: timeWindow(1_000) }))
    const { breaker, pass } = bench
    mishap(bench)
    breaker.snapshot()
    pass(1_000)
    for (let n = 0; n < 2; n++) breaker.acquire().failure(down)
    pass(1_000)
    expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
    for (let n = 0; n < 3; n++) breaker.acquire().failure(down)
    expect(breaker.state).toBe('open')
  })

  test('an open breaker still tries again when its time is up', () => {
    const bench = setup()
    const { breaker, pass } = bench
    breaker.acquire().failure(down)
    mishap(bench)
    const { state, retryAfterMs } = breaker.snapshot()
    if (state === 'open') expect(retryAfterMs).toSatisfy((wait: number) => wait > 0 && wait <= 1_000)
    pass(1_000)
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
  })

  test('a lost probe still frees its place when its lease ends', () => {
    const bench = setup()
    const { breaker, pass } = bench
    breaker.acquire().failure(down)
    pass(1_000)
    breaker.acquire()
    mishap(bench)
    breaker.snapshot()
    pass(2_000)
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
  })

  test('every number in a snapshot and in an event stays a number', () => {
    const bench = setup()
    const { breaker, pass } = bench
    const events: unknown[] = []
    for (const name of ['transition', 'outcome', 'rejection'] as const) breaker.on(name, (event) => events.push(event))
    breaker.acquire().failure(down)
    mishap(bench)
    breaker.snapshot()
    pass(1_000)
    breaker.acquire().success()
    expect(JSON.parse(JSON.stringify(breaker.snapshot()))).toStrictEqual(breaker.snapshot())
    for (const event of events) expect(Object.values(event as object)).not.toContain(Number.NaN)
  })
})

test.each([NEGATIVE_INFINITY, POSITIVE_INFINITY, Number.NaN, undefined])(
  'a clock that only ever returns %s is replaced and reported once',
  (reading) => {
    const options = { trip: consecutiveFailures(1), openDuration: 1_000, halfOpen: { successThreshold: 1 } }
    const breaker = new CircuitBreaker({ ...options, now: () => reading as number })
    breaker.acquire().failure(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000 })
    vi.advanceTimersByTime(1_000)
    breaker.acquire().success()
    expect(breaker.state).toBe('closed')
    expect(JSON.parse(JSON.stringify(breaker.snapshot()))).toStrictEqual(breaker.snapshot())
    expect(console.error).toHaveBeenCalledOnce()
  },
)

test('a clock that fails is replaced, and time continues from the latest reading', () => {
  vi.advanceTimersByTime(1e9)
  let reading = 5
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now: () => reading })
  breaker.acquire().failure(down)
  reading = Number.NaN
  expect(breaker.snapshot()).toMatchObject({ at: 5, state: 'open', retryAfterMs: 1_000 })
})

test('a `now` that resets the breaker while it is read does reset it', () => {
  const clock = fakeClock(5_000)
  let armed = false
  const now = () => {
    if (armed) {
      armed = false
      breaker.reset()
    }
    return clock.now()
  }
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now })
  breaker.acquire().failure(down)
  clock.advance(1_000)
  armed = true
  expect(breaker.state).toBe('closed')
})

test('after a step back time continues from the latest reading, and nothing is printed', () => {
  let time = 5_000
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now: () => time })
  breaker.acquire().failure()
  time -= 4_000
  expect(breaker.snapshot().retryAfterMs).toBe(1_000)
  time += 999
  expect(breaker.snapshot().retryAfterMs).toBe(1)
  expect(console.error).not.toHaveBeenCalled()
})

test('a `now` that is async and rejects is replaced, and is no unhandled rejection', async () => {
  const now = (() => Promise.reject(new Error('no clock'))) as unknown as () => number
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now })
  breaker.acquire().failure(down)
  expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(console.error).toHaveBeenCalledOnce()
})
