import type { IncomingMessage, ServerResponse } from 'node:http'

/** Marks a call that a breaker has admitted as a probe. */
export const probeHeader = 'x-probe'

/** What a failing service has counted. */
export interface CallCounts {
  /** Calls that failed. */
  readonly failed: number
  /** Those of them that were probes. */
  readonly probes: number
  /** Of them, the most at once. */
  readonly mostProbes: number
}

/** Counts the calls that fail at a service. */
export class CallCounter {
  #failed = 0
  #probes = 0
  #mostProbes = 0
  #liveProbes = 0

  /** A call fails, or hangs until its caller gives up. */
  fails(request: IncomingMessage, response: ServerResponse): void {
    this.#failed++
    if (request.headers[probeHeader] === undefined) return
    this.#probes++
    this.#liveProbes++
    this.#mostProbes = Math.max(this.#mostProbes, this.#liveProbes)
    response.once('close', () => this.#liveProbes--)
  }

  /** The counts since the last time. */
  take(): CallCounts {
    const counts = { failed: this.#failed, probes: this.#probes, mostProbes: this.#mostProbes }
    this.#failed = 0
    this.#probes = 0
    this.#mostProbes = this.#liveProbes
    return counts
  }
}
