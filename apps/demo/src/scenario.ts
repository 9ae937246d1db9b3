import { setTimeout as sleep } from 'node:timers/promises'
import type { TransitionMessage } from './gateway-messages.ts'
import { rates } from './load.ts'
import type { Timeline } from './timeline.ts'

/** When what happened. Milliseconds since the epoch. */
export interface Story {
  readonly brokenAt: number
  readonly openedAt: number
  readonly healedAt: number
  readonly closedAt: number
}

/** Somebody whom the outage wakes. */
export interface OnCall {
  /** Waits until he knows. */
  alerted(): Promise<void>
  /** Waits until he may sleep again. */
  calm(): Promise<void>
}

const healthyFor = 5_000
const healAfterReopening = 3_000
/** Far longer than anything here takes, also on a slow machine. */
const patience = 30_000

/** Breaks the payment service and heals it, and sees what its breakers make of it. */
export class Scenario {
  readonly #origin: string
  readonly #timeline: Timeline
  readonly #onCall: OnCall | undefined
  readonly #transitions: TransitionMessage[] = []
  #wake = () => {}

  /** @param onCall  the service is healed once he is alerted, and it ends when he is calm. */
  constructor(origin: string, timeline: Timeline, onCall?: OnCall) {
    this.#origin = origin
    this.#timeline = timeline
    this.#onCall = onCall
  }

  hear(transition: TransitionMessage): void {
    this.#transitions.push(transition)
    this.#wake()
  }

  /** @throws Error saying what did not happen. */
  async play(): Promise<Story> {
    const { dashboard, pay } = rates
    this.#timeline.event('START', 'bold', `${dashboard} dashboards and ${pay} payments a second; all services are well`)
    await sleep(healthyFor)
    const brokenAt = await this.#simulate('hanging')
    this.#timeline.event('FAULT', 'red', 'payment hangs: it takes requests and never answers', brokenAt)
    const { at: openedAt } = await this.#seen('payment.read opens', ({ breaker, to }) => {
      return breaker === 'payment.read' && to === 'open'
    })
    await this.#seen('a probe of payment.read fails', ({ breaker, reason }) => {
      return breaker === 'payment.read' && reason === 'probe-failed'
    })
    await sleep(healAfterReopening)
    await this.#onCall?.alerted()
    const healedAt = await this.#simulate('healthy')
    this.#timeline.event('HEALED', 'green', 'payment answers again; nobody tells the gateway', healedAt)
    const { at: closedAt } = await this.#seen('payment.read closes', ({ breaker, to }) => {
      return breaker === 'payment.read' && to === 'closed'
    })
    await this.#allClosed()
    await sleep(healthyFor)
    await this.#onCall?.calm()
    this.#timeline.event('END', 'bold', 'all breakers are closed, all services are well')
    return { brokenAt, openedAt, healedAt, closedAt }
  }

  /** Asks for it over HTTP, as anybody could; when it asked. */
  async #simulate(mode: 'hanging' | 'healthy'): Promise<number> {
    const askedAt = performance.timeOrigin + performance.now()
    const response = await fetch(`${this.#origin}/simulate-failure/payment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mode }),
      signal: AbortSignal.timeout(patience),
    })
    if (!response.ok) throw new Error(`POST /simulate-failure/payment was answered with ${response.status}`)
    return askedAt
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

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = performance.now() + patience
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`waited ${patience / 1_000} s in vain until ${what}`)
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([woken, sleep(left, undefined, { ref: false })])
    }
  }
}
