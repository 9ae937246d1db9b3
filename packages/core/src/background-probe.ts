import { checkFunction, checkOptions, longestTimer, timerMilliseconds } from '@cb/checks'
import type { Call } from './call-in-flight.ts'
import type { Circuit } from './circuit.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import { executeGuarded } from './execute.ts'
import { freeCircuit } from './free-circuit.ts'
import { Rejection } from './permit.ts'

/** Options of a background probe. */
export interface BackgroundProbeOptions {
  /** Milliseconds, above 0, between the probes of a round. Default 1 000. */
  interval?: number | undefined
}

/**
 * Probes an open breaker in the background when its open duration ends, with a call of yours such as a health check: while
 * half-open all other calls are rejected, so no caller waits for a dependency that may still be down. Its timers keep no process
 * alive. The probe runs in the async context (`AsyncLocalStorage`) in which it was started, never in that of a caller.
 * @param probe  is called through the breaker: with its time limits, its `classify`, and a signal.
 * @returns a function that stops it; probes are left to callers again.
 * @throws TypeError or RangeError naming the argument; an Error if the breaker has a background probe or a fleet already.
 */
export function probeInBackground(
  breaker: CircuitBreaker,
  probe: Call<unknown>,
  options: BackgroundProbeOptions = {},
): () => void {
  const circuit = freeCircuit(breaker)
  checkFunction('probe', probe)
  const { interval = 1_000 } = checkOptions('probeInBackground', options, { interval: timerMilliseconds })
  const prober = new Prober(circuit, probe, interval)
  void prober.run()
  return () => prober.stop()
}

class Prober {
  readonly #circuit: Circuit
  readonly #probe: Call<unknown>
  readonly #interval: number
  #stopped = false
  /** Of the probe in flight. */
  #running: AbortController | undefined
  /** Ends the loop's wait: something has changed. */
  #wake = () => {}

  constructor(circuit: Circuit, probe: Call<unknown>, interval: number) {
    this.#circuit = circuit
    this.#probe = probe
    this.#interval = interval
    // The loop itself asks with this object; all others are rejected.
    circuit.probeAdmission = {
      reject: (caller) => (caller === this ? undefined : new Rejection('half-open', 1)),
      peek: () => new Rejection('half-open', 1),
      onEnter: () => this.#wake(),
    }
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#running?.abort()
    this.#circuit.probeAdmission = undefined
    this.#wake()
  }

  /**
   * One loop for the whole time, which waits and probes itself: a timer armed by a listener, or a probe started by one, would run in
   * the async context of the call that has caused the event.
   */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#wait()
      if (!this.#stopped && this.#circuit.current().name === 'half-open') await this.#probeOnce()
    }
  }

  /** Until a probe may be due, or the state changes. */
  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const delay = this.#delay()
      const timer = delay === undefined ? undefined : setTimeout(resolve, Math.min(delay, longestTimer))
      ;(timer as { unref?(): void } | undefined)?.unref?.()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Undefined while closed or forced open: then the next state ends the wait. */
  #delay(): number | undefined {
    const state = this.#circuit.current()
    if (state.name === 'half-open') return this.#interval
    return state.rejection()?.retryAfterMs ?? undefined
  }

  /** The lease bounds a probe that ignores its signal: the next one takes its place. */
  async #probeOnce(): Promise<void> {
    const controller = new AbortController()
    this.#running = controller
    const lease = AbortSignal.timeout(Math.ceil(Math.min(this.#circuit.settings.halfOpen.probeTimeout, longestTimer)))
    lease.addEventListener('abort', () => controller.abort(lease.reason))
    await executeGuarded(this.#circuit, this.#probe, { signal: controller.signal, caller: this }).catch(() => {}) // the breaker has its outcome
    this.#running = undefined
  }
}
