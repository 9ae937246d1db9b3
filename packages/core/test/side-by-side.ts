import { type Deferred, deferred } from '@cb/test-kit'
import { vi } from 'vitest'
import {
  adaptiveThrottle,
  CircuitBreaker,
  type CircuitBreakerOptions,
  CircuitOpenError,
  consecutiveFailures,
  countWindow,
  exponentialBackoff,
  failureRate,
  type Permit,
  ramp,
  restoreState,
  saveState,
} from '../src/index.ts'
import { type Admission, type ModelOptions, NaiveModel, type Result } from './naive-model.ts'

export type Step =
  | { readonly do: 'acquire'; readonly chance: number }
  | { readonly do: 'settle'; readonly pick: number; readonly result: Result }
  | { readonly do: 'pass' | 'jump' | 'save'; readonly ms: number }
  | ManualControl

type ManualControl =
  | { readonly do: 'forceOpen' | 'forceClosed'; readonly for: number | undefined }
  | { readonly do: 'resume' | 'reset' }

function optionsFor(model: ModelOptions): CircuitBreakerOptions {
  const { threshold } = model.trip
  const { throttle } = model
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
    ...(throttle && {
      admission: adaptiveThrottle({
        multiplier: throttle.multiplier,
        floor: throttle.floor,
        minimumCalls: Math.min(throttle.minimum, throttle.size),
        window: countWindow(throttle.size),
      }),
    }),
    ...(model.ramp && { recovery: ramp(model.ramp) }),
  }
}

/** Throws unless the breaker and the model have the same. `expect` would cost more than all the rest of a step. */
function same(what: string, seen: unknown, expected: unknown): void {
  if (!Object.is(seen, expected)) throw new Error(`${what}: the breaker has ${seen}, the model ${expected}`)
}

/** A breaker and the model of it side by side, over a clock that the steps move. The wall clock must be fake. */
export abstract class SideBySide {
  readonly model: NaiveModel
  readonly #options: ModelOptions
  readonly #extra: CircuitBreakerOptions
  breaker: CircuitBreaker
  time = 1e6

  constructor(options: ModelOptions, extra: CircuitBreakerOptions = {}) {
    this.model = new NaiveModel(options)
    this.#options = options
    this.#extra = extra
    this.breaker = this.#create()
  }

  #create(): CircuitBreaker {
    const breaker = new CircuitBreaker({
      ...optionsFor(this.#options),
      now: () => this.time,
      random: () => this.model.chance,
      ...this.#extra,
    })
    this.prepare(breaker)
    return breaker
  }

  /** What is done to each new breaker. */
  prepare(_breaker: CircuitBreaker): void {}

  protected abstract acquire(): unknown
  protected abstract settle(pick: number, result: Result): unknown
  /** Calls in flight belong to the process that has ended. */
  protected abstract forget(): void

  async take(step: Step): Promise<void> {
    const { model } = this
    if (step.do === 'acquire') {
      model.chance = step.chance
      await this.acquire()
    } else if (step.do === 'settle') {
      await this.settle(step.pick, step.result)
    } else if (!('ms' in step)) {
      this.#control(step)
    } else if (step.do === 'save') {
      this.#restart(step.ms)
    } else {
      this.time += step.ms
      model.passes(step.ms)
    }
    this.#compare()
  }

  #restart(ms: number): void {
    const saved = JSON.stringify(saveState(this.breaker))
    vi.setSystemTime(Date.now() + ms)
    this.forget()
    this.time = 5_000 - this.time / 2 // another clock
    this.breaker = this.#create()
    same('restoreState', restoreState(this.breaker, JSON.parse(saved)), true)
    this.model.restart(ms)
  }

  #control(step: ManualControl): void {
    const { breaker, model } = this
    if ('for' in step) {
      breaker[step.do](undefined, step.for === undefined ? {} : { for: step.for })
      model.force(step.do === 'forceOpen' ? 'open' : 'closed', step.for)
    } else {
      breaker[step.do]()
      model[step.do]()
    }
  }

  #compare(): void {
    const { model } = this
    const seen = this.breaker.snapshot()
    same('state', seen.state, model.name)
    for (const outcome of ['success', 'failure', 'ignored', 'rejected', 'late'] as const)
      same(outcome, seen.totals[outcome], model.totals[outcome])
    same('opens', seen.opens, model.opens)
    same('closes', seen.closes, model.closes)
    same('override', seen.override?.state, model.override?.name)
    if (model.name === 'half-open') same('live probes', seen.probes?.live, model.liveProbes().length)
    if (model.name !== 'closed' || model.override !== null) return
    same('share', seen.recovery?.['share'] ?? 1, model.share())
    same('rejection probability', seen.admission?.['rejectionProbability'] ?? 0, model.rejectionProbability())
  }

  protected expectSame(
    admission: { readonly admitted: boolean; readonly reason?: string; readonly retryAfterMs?: number | null },
    expected: Admission,
  ): void {
    same('admitted', admission.admitted, expected.admitted)
    if (expected.admitted) return
    same('reason', admission.reason, expected.reason)
    same('retryAfterMs', admission.retryAfterMs, expected.retryAfterMs)
  }
}

export class PermitsSideBySide extends SideBySide {
  #permits: Permit[] = []

  acquire(): void {
    const expected = this.model.acquire()
    const admission = this.breaker.tryAcquire()
    this.expectSame(admission, expected)
    if (admission.admitted) this.#permits.push(admission)
  }

  /** One of the latest permits, which may have been settled before: a second settlement must change nothing. */
  settle(pick: number, result: Result): void {
    const id = this.#permits.length - 1 - (pick % 4)
    const permit = this.#permits[id]
    if (permit === undefined) return
    this.model.settle(id, result)
    permit.settle(result)
  }

  forget(): void {
    this.#permits = []
  }
}

interface RunningCall {
  readonly work: Deferred<string>
  readonly promise: Promise<unknown>
  settled: boolean
}

export class CallsSideBySide extends SideBySide {
  #calls: RunningCall[] = []

  async acquire(): Promise<void> {
    const expected = this.model.acquire()
    const work = deferred<string>()
    let called = false
    const promise = this.breaker.execute(() => {
      called = true
      return work.promise
    })
    same('called', called, expected.admitted)
    if (called) {
      promise.catch(() => {})
      this.#calls.push({ work, promise, settled: false })
      return
    }
    const error = await promise.catch((reason: unknown) => reason)
    same('a CircuitOpenError', error instanceof CircuitOpenError, true)
    const { reason, retryAfterMs } = error as CircuitOpenError
    this.expectSame({ admitted: false, reason, retryAfterMs }, expected)
  }

  /** A promise settles only once, so one that has is passed over for the next that has not. */
  async settle(pick: number, result: Result): Promise<void> {
    const pending = this.#calls.filter((call) => !call.settled)
    const call = pending[pick % pending.length]
    if (call === undefined) return
    call.settled = true
    this.model.settle(this.#calls.indexOf(call), result)
    const name = result === 'ignored' ? 'AbortError' : 'Error'
    const error = Object.assign(new Error('down'), { name })
    if (result === 'success') call.work.resolve('fine')
    else call.work.reject(error)
    const seen = await call.promise.catch((reason: unknown) => reason)
    same('the result', seen, result === 'success' ? 'fine' : error)
  }

  forget(): void {
    this.#calls = []
  }
}
