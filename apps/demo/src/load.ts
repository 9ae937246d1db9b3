import { setTimeout as sleep } from 'node:timers/promises'
import type { Dashboard } from './dashboard.ts'
import { type Answer, whatGot } from './measure.ts'

/** Requests a second. Both are sent at their rate however slow the answers are, as people would. */
export const rates = { dashboard: 40, pay: 5 } as const

/** How often it looks which requests are due. */
const tick = 10
/** How many different people there are. */
const people = 20
const warmUpRounds = 10
/** Between rounds that did not go well. */
const pause = 100
/** Also on a slow machine. */
const longestWarmUp = 60_000
/** A request is given up after this long. */
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
        this.#send('dashboard', `/user-dashboard/${1 + (sent.dashboard % people)}`)
      }
      for (; sent.pay < seconds * rates.pay; sent.pay++) this.#send('pay', `/orders/${1 + (sent.pay % people)}-1/pay`)
    }, tick)
  }

  /**
   * Sends some requests that count for nothing: the first ones of a process measure its compiler. Goes on until all is well, for
   * on a slow machine they can open breakers. @throws Error if that takes too long.
   */
  async warmUp(): Promise<void> {
    const deadline = performance.now() + longestWarmUp
    const paths = Array.from({ length: people }, (_, n) => `/user-dashboard/${n + 1}`)
    for (let round = 1, isWell = false; round <= warmUpRounds || !isWell; round++) {
      if (performance.now() > deadline) throw new Error(`the services were not well within ${longestWarmUp / 1_000} s`)
      const [payment, ...dashboards] = await Promise.all([
        this.#request('pay', '/orders/1-1/pay'),
        ...paths.map((path) => this.#request('dashboard', path)),
      ])
      isWell = payment.status === 201 && dashboards.every((answer) => whatGot(answer) === 'live')
      if (!isWell) await sleep(pause)
    }
  }

  /** Sends no more, and waits for the answers to what was sent. */
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
