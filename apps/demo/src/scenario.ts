import { setTimeout as sleep } from 'node:timers/promises'
import type { TransitionMessage } from './gateway-messages.ts'
import { rates } from './load.ts'
import type { Timeline } from './timeline.ts'

/** The times of the scenario, in milliseconds since the epoch. */
export interface Story {
  readonly brokenAt: number
  readonly openedAt: number
  readonly recoveredAt: number
  readonly closedAt: number
}

/** The alerting that the scenario waits for. */
export interface Alerting {
  /** Waits until the alert fires. */
  alerted(): Promise<void>
  /** Waits until no alert fires. */
  cleared(): Promise<void>
}

const healthyFor = 5_000
const recoverAfterReopening = 3_000
/** Long enough for every step on a slow machine. */
const patience = 30_000

/** Lets the payment service fail and recover, and waits for the transitions of its breakers. */
export class Scenario {
  readonly #origin: string
  readonly #timeline: Timeline
  readonly #alerting: Alerting | undefined
  readonly #transitions: TransitionMessage[] = []
  #wake = () => {}

  /** @param alerting  the service recovers after its alert, and the scenario ends after the alert is cleared. */
  constructor(origin: string, timeline: Timeline, alerting?: Alerting) {
    this.#origin = origin
    this.#timeline = timeline
    this.#alerting = alerting
  }

  onTransition(transition: TransitionMessage): void {
    this.#transitions.push(transition)
    this.#wake()
  }

  /** @throws Error naming the step that did not happen. */
  async play(): Promise<Story> {
    const { dashboard, pay } = rates
    this.#timeline.event(
      'START',
      'bold',
      `${dashboard} dashboards and ${pay} payments a second; all services are healthy`,
    )
    await sleep(healthyFor)
    const brokenAt = await this.#simulate('hanging')
    this.#timeline.event('FAULT', 'red', 'payment hangs: it accepts requests but never responds', brokenAt)
    const { at: openedAt } = await this.#seen('payment.read opens', ({ breaker, to }) => {
      return breaker === 'payment.read' && to === 'open'
    })
    await this.#seen('a probe of payment.read fails', ({ breaker, reason }) => {
      return breaker === 'payment.read' && reason === 'probe-failed'
    })
    await sleep(recoverAfterReopening)
    await this.#alerting?.alerted()
    const recoveredAt = await this.#simulate('healthy')
    this.#timeline.event('RECOVERED', 'green', 'payment responds again (the gateway does not know yet)', recoveredAt)
    const { at: closedAt } = await this.#seen('payment.read closes', ({ breaker, to }) => {
      return breaker === 'payment.read' && to === 'closed'
    })
    await this.#allClosed()
    await sleep(healthyFor)
    await this.#alerting?.cleared()
    this.#timeline.event('END', 'bold', 'all breakers are closed, all services are healthy')
    return { brokenAt, openedAt, recoveredAt, closedAt }
  }

  /** Sets the fault over HTTP, as a user would; resolves to the time of the request. */
  async #simulate(mode: 'hanging' | 'healthy'): Promise<number> {
    const sentAt = performance.timeOrigin + performance.now()
    const response = await fetch(`${this.#origin}/simulate-failure/payment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mode }),
      signal: AbortSignal.timeout(patience),
    })
    if (!response.ok) throw new Error(`POST /simulate-failure/payment returned ${response.status}`)
    return sentAt
  }

  #allClosed(): Promise<unknown> {
    return this.#until('all breakers close', () => {
      const states = new Map(this.#transitions.map(({ breaker, to }) => [breaker, to]))
      return [...states.values()].every((state) => state === 'closed') || undefined
    })
  }

  #seen(what: string, isIt: (transition: TransitionMessage) => boolean): Promise<TransitionMessage> {
    return this.#until(what, () => this.#transitions.find(isIt))
  }

  async #until<T>(what: string, find: () => T | undefined): Promise<T> {
    const deadline = performance.now() + patience
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`timed out after ${patience / 1_000} s: waited until ${what}`)
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([woken, sleep(left, undefined, { ref: false })])
    }
  }
}
