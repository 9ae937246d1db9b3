import { checkFunction, checkOptions, checkThat, longestTimer, timerMilliseconds } from '@cb/checks'
import { CircuitBreaker, machineOf } from './circuit-breaker.ts'
import { type Call, guardedCall } from './execute.ts'

/** What a background probe may be given. */
export interface BackgroundProbeOptions {
  /** Milliseconds, above 0, between the probes of a round. Default 1 000. */
  interval?: number
}

/**
 * Probes an open breaker by itself when its open duration ends, with a call of yours, a health check, say, so that no caller has
 * to be the guinea pig: while half-open everybody else is rejected. Its timers keep no process alive.
 * @param probe  is called through the breaker: with its time limits, its `classify`, and a signal.
 * @returns a function that stops it; probes are left to callers again.
 * @throws TypeError or RangeError naming the argument; an Error if the breaker has a background probe already.
 */
export function probeInBackground(
  breaker: CircuitBreaker,
  probe: Call<unknown>,
  options: BackgroundProbeOptions = {},
): () => void {
  checkThat(breaker instanceof CircuitBreaker, 'breaker', 'a CircuitBreaker', breaker)
  checkFunction('probe', probe)
  const { interval = 1_000 } = checkOptions('probeInBackground options', options, { interval: timerMilliseconds })
  const prober = new Prober(breaker, probe, interval)
  return () => prober.stop()
}

class Prober {
  readonly #breaker: CircuitBreaker
  readonly #probe: Call<unknown>
  readonly #interval: number
  readonly #unsubscribe: () => void
  readonly #stopped = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #probing = false

  constructor(breaker: CircuitBreaker, probe: Call<unknown>, interval: number) {
    const machine = machineOf(breaker)
    if (machine.probesAreReserved) throw new Error('this breaker has a background probe already: stop that one first')
    machine.probesAreReserved = true
    this.#breaker = breaker
    this.#probe = probe
    this.#interval = interval
    this.#unsubscribe = breaker.on('transition', () => this.#plan())
    this.#plan()
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    this.#unsubscribe()
    clearTimeout(this.#timer)
    machineOf(this.#breaker).probesAreReserved = false
  }

  /** Wakes when the open duration has ended; nothing to do while closed, or forced open by a person. */
  #plan(): void {
    clearTimeout(this.#timer)
    if (this.#probing) return // what comes next is planned after the probe
    const { state, retryAfterMs } = this.#breaker.snapshot()
    if (state === 'half-open') this.#wake(this.#interval)
    else if (state === 'open' && retryAfterMs !== null) this.#wake(retryAfterMs)
  }

  #wake(delay: number): void {
    this.#timer = setTimeout(() => void this.#turn(), Math.min(delay, longestTimer))
    ;(this.#timer as { unref?(): void }).unref?.()
  }

  async #turn(): Promise<void> {
    this.#probing = true
    if (this.#breaker.state === 'half-open') await this.#probeOnce()
    this.#probing = false
    if (!this.#stopped.signal.aborted) this.#plan()
  }

  /** The lease bounds a probe that does not heed any limit: the next one takes its place. */
  async #probeOnce(): Promise<void> {
    const machine = machineOf(this.#breaker)
    const lease = AbortSignal.timeout(Math.min(machine.settings.halfOpen.probeTimeout, longestTimer))
    const call = guardedCall(machine, this.#probe, AbortSignal.any([this.#stopped.signal, lease]), true)
    await call.catch(() => {}) // its outcome is with the breaker
  }
}
