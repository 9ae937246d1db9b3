import { type Deferred, deferred } from '@cb/test-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  CircuitOpenError,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureRate,
  type Permit,
} from '../src/index.ts'
import { type Admission, type ModelOptions, NaiveModel, type Result } from './naive-model.ts'

const trip = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), threshold: fc.integer({ min: 1, max: 4 }) }),
  fc
    .record({
      threshold: fc.constantFrom(0.1, 0.5, 1),
      size: fc.integer({ min: 1, max: 6 }),
      share: fc.integer({ min: 1, max: 6 }),
    })
    .map(({ threshold, size, share }) => ({ kind: 'rate' as const, threshold, size, minimum: Math.min(share, size) })),
)

const options: fc.Arbitrary<ModelOptions> = fc.record({
  trip,
  openDuration: fc.integer({ min: 1, max: 100 }),
  factor: fc.integer({ min: 1, max: 3 }),
  maxOpenDuration: fc.integer({ min: 100, max: 400 }),
  maxConcurrent: fc.integer({ min: 1, max: 3 }),
  decision: fc.oneof(
    fc.record({ kind: fc.constant('count' as const), successes: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      kind: fc.constant('rate' as const),
      probes: fc.integer({ min: 1, max: 5 }),
      rate: fc.constantFrom(0.25, 0.5, 0.75, 1),
    }),
  ),
  maxDuration: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
  probeTimeout: fc.integer({ min: 1, max: 200 }),
})

type Step =
  | { do: 'acquire' }
  | { do: 'settle'; pick: number; result: Result }
  | { do: 'pass' | 'jump'; ms: number }
  | { do: 'forceOpen' | 'forceClosed' | 'resume' | 'reset' }

// Weights chosen so that most runs get past the first trip; the shares are asserted below.
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Step>({ do: 'acquire' }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick: fc.nat(),
      result: fc.constantFrom<Result>('success', 'failure', 'failure', 'ignored'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 150 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -1e9, max: 1e9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('forceOpen' as const, 'forceClosed' as const, 'resume' as const, 'reset' as const),
    }),
  },
)

function optionsFor(model: ModelOptions, now: () => number): CircuitBreakerOptions {
  const { threshold } = model.trip
  return {
    name: 'modelled',
    trip:
      model.trip.kind === 'run'
        ? consecutiveFailures(threshold)
        : failureRate({ threshold, window: countWindow(model.trip.size), minimumCalls: model.trip.minimum }),
    openDuration: exponentialBackoff({
      initial: model.openDuration,
      factor: model.factor,
      max: model.maxOpenDuration,
      jitter: 0,
    }),
    halfOpen: {
      maxConcurrent: model.maxConcurrent,
      ...(model.decision.kind === 'count'
        ? { successThreshold: model.decision.successes }
        : { probes: model.decision.probes, successRate: model.decision.rate }),
      ...(model.maxDuration !== undefined && { maxDuration: model.maxDuration }),
      probeTimeout: model.probeTimeout,
    },
    now,
  }
}

/** The breaker and the model side by side, over a clock that the steps move. */
abstract class Run {
  readonly model: NaiveModel
  readonly breaker: CircuitBreaker
  time = 1e6

  constructor(options: ModelOptions, extra: CircuitBreakerOptions = {}) {
    this.model = new NaiveModel(options)
    this.breaker = new CircuitBreaker({ ...optionsFor(options, () => this.time), ...extra })
  }

  abstract acquire(): unknown
  abstract settle(pick: number, result: Result): unknown

  async take(step: Step): Promise<void> {
    const { model } = this
    if (step.do === 'acquire') await this.acquire()
    else if (step.do === 'settle') {
      await this.settle(step.pick, step.result)
    } else if (step.do === 'pass' || step.do === 'jump') {
      this.time += step.ms
      model.passes(step.ms)
    } else {
      this.override(step.do)
    }
    this.compare()
  }

  override(action: 'forceOpen' | 'forceClosed' | 'resume' | 'reset'): void {
    this.breaker[action]()
    if (action === 'forceOpen') this.model.force('open')
    else if (action === 'forceClosed') this.model.force('closed')
    else this.model[action]()
  }

  compare(): void {
    const { name, totals, opens, closes, override } = this.model
    const seen = this.breaker.snapshot()
    expect({ ...seen.totals, state: seen.state, opens: seen.opens, closes: seen.closes }).toEqual({
      ...totals,
      state: name,
      opens,
      closes,
    })
    expect(seen.override?.state).toEqual(override?.name)
    if (name === 'half-open') expect(seen.probes?.live).toBe(this.model.liveProbes().length)
  }

  expectSame(
    admission: { admitted: boolean; reason?: string; retryAfterMs?: number | null },
    expected: Admission,
  ): void {
    expect(admission.admitted).toBe(expected.admitted)
    if (expected.admitted) return
    expect(admission.reason).toBe(expected.reason)
    if (expected.retryAfterMs === null) expect(admission.retryAfterMs).toBeNull()
    else expect(admission.retryAfterMs).toBeCloseTo(expected.retryAfterMs, 5)
  }
}

class PermitRun extends Run {
  readonly permits: Permit[] = []

  acquire(): void {
    const expected = this.model.acquire()
    const admission = this.breaker.tryAcquire()
    this.expectSame(admission, expected)
    if (admission.admitted) this.permits.push(admission)
  }

  /** One of the latest permits, which may have been settled before: a second settlement must change nothing. */
  settle(pick: number, result: Result): void {
    const id = this.permits.length - 1 - (pick % 4)
    const permit = this.permits[id]
    if (permit === undefined) return
    this.model.settle(id, result)
    permit.settle(result)
  }
}

class Neutral extends Error {}

class ExecuteRun extends Run {
  readonly calls: { work: Deferred<string>; promise: Promise<unknown>; settled: boolean }[] = []

  async acquire(): Promise<void> {
    const expected = this.model.acquire()
    const work = deferred<string>()
    let called = false
    const promise = this.breaker.execute(() => {
      called = true
      return work.promise
    })
    expect(called).toBe(expected.admitted)
    if (called) {
      promise.catch(() => {})
      this.calls.push({ work, promise, settled: false })
      return
    }
    const error = await promise.then(expect.unreachable, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(CircuitOpenError)
    this.expectSame({ admitted: false, ...(error as CircuitOpenError) }, expected)
  }

  /** A promise settles only once, so one that has is passed over for the next that has not. */
  async settle(pick: number, result: Result): Promise<void> {
    const pending = this.calls.filter((call) => !call.settled)
    const call = pending[pick % pending.length]
    if (call === undefined) return
    call.settled = true
    this.model.settle(this.calls.indexOf(call), result)
    const error =
      result === 'ignored' ? Object.assign(new Neutral('given up'), { name: 'AbortError' }) : new Error('down')
    if (result === 'success') call.work.resolve('fine')
    else call.work.reject(error)
    const [settled] = await Promise.allSettled([call.promise])
    expect(settled).toEqual(
      result === 'success' ? { status: 'fulfilled', value: 'fine' } : { status: 'rejected', reason: error },
    )
  }
}

const runs = 500

/** @returns the share of the runs that were half-open at some time. */
async function drive(make: (options: ModelOptions) => Run): Promise<number> {
  let halfOpen = 0
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { minLength: 30, maxLength: 150, size: 'max' }), async (chosen, steps) => {
      const run = make(chosen)
      for (const one of steps) await run.take(one)
      if (run.model.visitedHalfOpen) halfOpen++
    }),
    { numRuns: runs },
  )
  return halfOpen / runs
}

describe('a breaker behaves as a naive model of it', { timeout: 60_000 }, () => {
  test('with permits: interleaved, settled twice, lost, while the clock jumps both ways', async () => {
    expect(await drive((chosen) => new PermitRun(chosen))).toBeGreaterThan(0.5)
  })

  test('with execute on the plain path', async () => {
    expect(await drive((chosen) => new ExecuteRun(chosen))).toBeGreaterThan(0.5)
  })

  test('with execute with a listener', async () => {
    const share = await drive((chosen) => {
      const run = new ExecuteRun(chosen)
      run.breaker.on('outcome', () => {})
      return run
    })
    expect(share).toBeGreaterThan(0.5)
  })

  test('with execute under a call timeout that never passes', async () => {
    const share = await drive((chosen) => {
      const probeTimeout = Math.max(chosen.probeTimeout, 61_000)
      return new ExecuteRun({ ...chosen, probeTimeout }, { callTimeout: 60_000 })
    })
    expect(share).toBeGreaterThan(0.5)
  })
})
