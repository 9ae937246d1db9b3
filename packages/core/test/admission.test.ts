import { describe, expect, test, vi } from 'vitest'
import {
  type AdmissionPolicy,
  CircuitOpenError,
  consecutiveFailures,
  ramp,
  restoreState,
  saveState,
} from '../src/index.ts'
import { type Bench, closedBreaker, down, halfOpenBreaker, openBreaker, rampingBreaker } from './in-state.ts'
import { admissionWith } from './misused.ts'

const rejecting = admissionWith({ reject: () => 'throttled' })

test('a user-defined admission policy takes ten lines', async () => {
  /** Admits so many calls a second. */
  const quota = (perSecond: number): AdmissionPolicy => ({
    name: 'quota',
    config: { perSecond },
    start(clock) {
      let calls: number[] = []
      return {
        reject() {
          calls = calls.filter((at) => at > clock.now() - 1_000)
          return calls.length < perSecond ? void calls.push(clock.now()) : 'throttled'
        },
        snapshot: () => ({ calls: calls.length }),
      }
    },
  })
  const { breaker, clock } = closedBreaker({ admission: quota(2) })
  for (let n = 0; n < 2; n++) await expect(breaker.execute(() => n)).resolves.toBe(n)
  await expect(breaker.execute(() => 2)).rejects.toMatchObject({ reason: 'throttled', retryAfterMs: 1 })
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { success: 2, rejected: 1 } })
  expect(breaker.snapshot().admission).toEqual({ policy: 'quota', calls: 2 })
  expect(breaker.snapshot().config['admission']).toEqual({ policy: 'quota', perSecond: 2 })
  clock.advance(1_000)
  await expect(breaker.execute(() => 3)).resolves.toBe(3)
})

describe('a call that an admission policy rejects', () => {
  test.each([
    ['throttled', 'test is throttling: too many recent calls failed; retry after 1 ms'],
    ['ramp', 'test is ramping up after an outage; retry after 1 ms'],
  ] as const)('gets an error with its reason: %s', async (reason, message) => {
    const { breaker } = closedBreaker({ admission: admissionWith({ reject: () => reason }) })
    const call = vi.fn()
    const error = await breaker.execute(call).catch((caught) => caught)
    expect(error).toBeInstanceOf(CircuitOpenError)
    expect(error).toMatchObject({ reason, message, retryAfterMs: 1 })
    expect(call).not.toHaveBeenCalled()
  })

  test('is an event, and no outcome', () => {
    const { breaker } = closedBreaker({ admission: rejecting })
    const seen: unknown[] = []
    breaker.on('rejection', ({ state, reason, retryAfterMs, shadow }) =>
      seen.push({ state, reason, retryAfterMs, shadow }),
    )
    breaker.on('outcome', () => expect.unreachable())
    breaker.tryAcquire()
    expect(seen).toEqual([{ state: 'closed', reason: 'throttled', retryAfterMs: 1, shadow: false }])
  })

  test('is admitted in shadow mode, and counted', () => {
    const { breaker } = closedBreaker({ admission: rejecting, shadow: true })
    breaker.acquire().failure(down)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', shadowed: 1, totals: { failure: 1, rejected: 0 } })
  })

  test('is not seen by the trip policy', () => {
    const began = vi.fn()
    const trip = consecutiveFailures(1)
    const follows = {
      ...trip,
      start: (...args: Parameters<typeof trip.start>) => Object.assign(trip.start(...args), { began }),
    }
    const { breaker } = closedBreaker({ admission: rejecting, trip: follows })
    breaker.tryAcquire()
    expect(began).not.toHaveBeenCalled()
  })
})

describe('an admission policy', () => {
  test.each<[string, (options: object) => Bench]>([
    ['open', openBreaker],
    ['half-open', halfOpenBreaker],
    [
      'forced closed',
      (options) => {
        const bench = closedBreaker(options)
        bench.breaker.forceClosed()
        return bench
      },
    ],
  ])('is not asked while %s', (_, make) => {
    let armed = false
    const reject = vi.fn(() => (armed ? 'throttled' : undefined) as 'throttled' | undefined)
    const { breaker } = make({ admission: admissionWith({ reject }) })
    armed = true
    reject.mockClear()
    breaker.tryAcquire()
    expect(reject).not.toHaveBeenCalled()
  })

  test('is asked after the recovery, and only for what that admits', () => {
    const reject = vi.fn(() => undefined)
    const { breaker, clock } = rampingBreaker({ admission: admissionWith({ reject }), random: () => 0.5 })
    reject.mockClear()
    expect(breaker.tryAcquire()).toMatchObject({ reason: 'ramp' })
    expect(reject).not.toHaveBeenCalled()
    clock.advance(600)
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(reject).toHaveBeenCalledOnce()
  })

  test.each(['permit', 'execute'])('sees successes and failures through %s, and nothing else', async (how) => {
    const seen: unknown[] = []
    const admission = admissionWith({
      success: () => void seen.push('success'),
      failure: (error) => void seen.push(error),
    })
    const { breaker } = closedBreaker({ admission, trip: consecutiveFailures(9) })
    const abort = new DOMException('gone', 'AbortError')
    const late = breaker.acquire()
    if (how === 'permit') {
      breaker.acquire().success()
      breaker.acquire().ignore()
      breaker.acquire().failure(down)
    } else {
      await breaker.execute(() => 1)
      await breaker.execute(() => Promise.reject(abort)).catch(() => {})
      await breaker.execute(() => Promise.reject(down)).catch(() => {})
    }
    expect(seen).toEqual(['success', down])
    breaker.forceOpen()
    late.failure(new Error('late'))
    expect(seen).toEqual(['success', down])
  })

  test('starts anew with each closed period, with the clock and the random option of the breaker', () => {
    const start = vi.fn<AdmissionPolicy['start']>(() => ({ reject: () => undefined }))
    const options = { admission: { name: 'mine', start }, random: () => 0.25, halfOpen: { successThreshold: 1 } }
    const { breaker, clock } = halfOpenBreaker(options)
    expect(start).toHaveBeenCalledTimes(1)
    breaker.acquire().success()
    expect(start).toHaveBeenCalledTimes(2)
    const [given, context] = start.mock.lastCall as Parameters<AdmissionPolicy['start']>
    expect([given.now(), context.random()]).toEqual([clock.now(), 0.25])
  })

  test('can be configured live, and starts with an empty memory', () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(9) })
    breaker.acquire().failure()
    breaker.configure({ admission: rejecting })
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
    breaker.configure({ admission: admissionWith({}) })
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(breaker.snapshot().window.failures).toBe(1)
  })

  test('that is configured on the plain path is asked for the next call through execute', async () => {
    const { breaker } = closedBreaker()
    await breaker.execute(() => 1)
    await breaker.execute(() => 1)
    breaker.configure({ admission: rejecting })
    await expect(breaker.execute(() => 1)).rejects.toMatchObject({ reason: 'throttled' })
  })

  test('is null in a snapshot without one, and while the breaker is open', () => {
    expect(closedBreaker().breaker.snapshot()).toMatchObject({ admission: null, config: { admission: null } })
    expect(openBreaker({ admission: admissionWith({}) }).breaker.snapshot()).toMatchObject({
      admission: null,
      config: { admission: { policy: 'mine' } },
    })
  })
})

describe('a saved admission policy', () => {
  const counting = (config: Record<string, unknown> = {}): AdmissionPolicy => ({
    name: 'counting',
    config,
    start() {
      let failures = 0
      let elapsedMs: number | null = null
      return {
        reject: () => (failures >= 2 ? 'throttled' : undefined),
        failure: () => void failures++,
        snapshot: () => ({ failures, elapsedMs }),
        save: () => failures,
        load(saved, elapsed) {
          failures = saved as number
          elapsedMs = elapsed
        },
      }
    },
  })
  const make = (admission: AdmissionPolicy) => closedBreaker({ admission, trip: consecutiveFailures(9) }).breaker
  const moved = (from: AdmissionPolicy, to: AdmissionPolicy) => {
    const breaker = make(from)
    for (let n = 0; n < 2; n++) breaker.acquire().failure()
    const restored = make(to)
    expect(restoreState(restored, JSON.parse(JSON.stringify(saveState(breaker))))).toBe(true)
    return restored
  }

  test('continues, and gets the time that has passed', () => {
    const breaker = moved(counting(), counting())
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
    expect(breaker.snapshot().admission).toEqual({ policy: 'counting', failures: 2, elapsedMs: expect.any(Number) })
  })

  test('starts with an empty memory if its settings are others, or its name', () => {
    expect(moved(counting({ limit: 1 }), counting({ limit: 2 })).tryAcquire().admitted).toBe(true)
    expect(moved(counting(), { ...counting(), name: 'other' }).tryAcquire().admitted).toBe(true)
    expect(moved(counting(), admissionWith({})).tryAcquire().admitted).toBe(true)
  })

  test('that has no save or load starts with an empty memory', () => {
    expect(moved(admissionWith({}), admissionWith({})).tryAcquire().admitted).toBe(true)
  })

  test('whose load throws is not restored, and the breaker is as before', () => {
    const throwing = admissionWith({
      save: () => 5,
      load() {
        throw new TypeError('no such memory')
      },
    })
    const saved = JSON.parse(JSON.stringify(saveState(make(throwing))))
    const breaker = make(throwing)
    breaker.acquire().failure()
    expect(() => restoreState(breaker, saved)).toThrow('no such memory')
    expect(breaker.snapshot().window.failures).toBe(1)
  })
})

test('an admission policy can be used as a recovery, after an outage only', () => {
  const reject = vi.fn<() => 'ramp' | undefined>(() => 'ramp')
  let share = 0.5
  const recovery = admissionWith({ reject, share: () => share, snapshot: () => ({ share }) })
  const { breaker, clock } = closedBreaker({ recovery, halfOpen: { successThreshold: 1 } })
  breaker.acquire().failure()
  expect(reject).not.toHaveBeenCalled()
  clock.advance(1_000)
  breaker.acquire().success()
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'ramp' })
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', recovery: { policy: 'mine', share: 0.5 } })
  share = 1
  expect(breaker.tryAcquire().admitted).toBe(true)
  expect(breaker.snapshot().recovery).toBeNull()
})

test('a recovery does not reject in a breaker that was reset', () => {
  const { breaker } = openBreaker({ recovery: ramp({ duration: 1_000, from: 0 }), random: () => 0.99 })
  breaker.reset()
  expect(breaker.tryAcquire().admitted).toBe(true)
})
