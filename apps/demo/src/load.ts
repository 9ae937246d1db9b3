import { setTimeout as sleep } from 'node:timers/promises'
import type { Dashboard } from './dashboard.ts'
import { type Answer, resultOf } from './measure.ts'

/** Requests a second. They are sent at this rate, however slow the responses are. */
export const rates = { dashboard: 40, pay: 5 } as const

/** How often it sends the requests that are due. */
const tick = 10
/** The number of different users. */
const users = 20
const warmUpRounds = 10
/** Between failed rounds of the warm-up. */
const pause = 100
/** Long enough for a slow machine. */
const longestWarmUp = 60_000
/** The timeout of a request. */
const patience = 5_000

/** Steady traffic to the gateway. */
export class Load {
  readonly #origin: string
  readonly #onAnswer: (answer: Answer) => void
  readonly #inFlight = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(origin: string, onAnswer: (answer: Answer) => void) {
    this.#origin = origin
    this.#onAnswer = onAnswer
  }

  start(): void {
    const startedAt = performance.now()
    const sent = { dashboard: 0, pay: 0 }
    this.#timer = setInterval(() => {
      const seconds = (performance.now() - startedAt) / 1_000
      for (; sent.dashboard < seconds * rates.dashboard; sent.dashboard++) {
        this.#send('dashboard', `/user-dashboard/${1 + (sent.dashboard % users)}`)
      }
      for (; sent.pay < seconds * rates.pay; sent.pay++) this.#send('pay', `/orders/${1 + (sent.pay % users)}-1/pay`)
    }, tick)
  }

  /**
   * Sends requests that are not counted, because the first ones of a process are slow. Repeats them until all succeed, because on a slow
   * machine they can open breakers. @throws Error if that takes too long.
   */
  async warmUp(): Promise<void> {
    const deadline = performance.now() + longestWarmUp
    const paths = Array.from({ length: users }, (_, n) => `/user-dashboard/${n + 1}`)
    for (let round = 1, allLive = false; round <= warmUpRounds || !allLive; round++) {
      if (performance.now() > deadline)
        throw new Error(`the services did not respond within ${longestWarmUp / 1_000} s`)
      const [payment, ...dashboards] = await Promise.all([
        this.#request('pay', '/orders/1-1/pay'),
        ...paths.map((path) => this.#request('dashboard', path)),
      ])
      allLive = payment.status === 201 && dashboards.every((answer) => resultOf(answer) === 'live')
      if (!allLive) await sleep(pause)
    }
  }

  /** Stops sending, and waits for the requests in flight. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#inFlight)
  }

  #send(route: Answer['route'], path: string): void {
    const request = this.#request(route, path).then((answer) => {
      this.#inFlight.delete(request)
      this.#onAnswer(answer)
    })
    this.#inFlight.add(request)
  }

  async #request(route: Answer['route'], path: string): Promise<Answer> {
    const sentAt = performance.timeOrigin + performance.now()
    const latency = () => performance.timeOrigin + performance.now() - sentAt
    try {
      const method = route === 'pay' ? 'POST' : 'GET'
      const response = await fetch(this.#origin + path, { method, signal: AbortSignal.timeout(patience) })
      const body = await response.json()
      const answer = { route, sentAt, latency: latency(), status: response.status }
      return route === 'dashboard' && response.ok ? { ...answer, pieces: (body as Dashboard).pieces } : answer
    } catch {
      return { route, sentAt, latency: latency(), status: 0 }
    }
  }
}
