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

/** Steady traffic to the gateways: the first one gets most, the last one least, as where zones differ in size. */
export class Load {
  readonly #origins: readonly string[]
  /** Whose turn it is, in a circle. */
  readonly #turns: readonly string[]
  readonly #onAnswer: (answer: Answer) => void
  readonly #inFlight = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(origins: readonly string[], onAnswer: (answer: Answer) => void) {
    this.#origins = origins
    this.#turns = turnsOf(origins)
    this.#onAnswer = onAnswer
  }

  /** @param pays  requests of payments a second. */
  start(pays: number = rates.pay): void {
    const startedAt = performance.now()
    const sent = { dashboard: 0, pay: 0 }
    this.#timer = setInterval(() => {
      const seconds = (performance.now() - startedAt) / 1_000
      for (; sent.dashboard < seconds * rates.dashboard; sent.dashboard++) {
        this.#send('dashboard', sent.dashboard, `/user-dashboard/${1 + (sent.dashboard % users)}`)
      }
      for (; sent.pay < seconds * pays; sent.pay++)
        this.#send('pay', sent.pay, `/orders/${1 + (sent.pay % users)}-1/pay`)
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
      const originOf = (n: number) => this.#origins[n % this.#origins.length] as string
      const [payments, dashboards] = await Promise.all([
        Promise.all(this.#origins.map((origin) => this.#request('pay', `${origin}/orders/1-1/pay`))),
        Promise.all(paths.map((path, n) => this.#request('dashboard', originOf(n) + path))),
      ])
      const arePaid = payments.every(({ status }) => status === 201)
      allLive = arePaid && dashboards.every((answer) => resultOf(answer) === 'live')
      if (!allLive) await sleep(pause)
    }
  }

  /** Stops sending, and waits for the requests in flight. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#inFlight)
  }

  #send(route: Answer['route'], turn: number, path: string): void {
    const origin = this.#turns[turn % this.#turns.length]
    const request = this.#request(route, `${origin}${path}`).then((answer) => {
      this.#inFlight.delete(request)
      this.#onAnswer(answer)
    })
    this.#inFlight.add(request)
  }

  async #request(route: Answer['route'], url: string): Promise<Answer> {
    const sentAt = performance.timeOrigin + performance.now()
    const latency = () => performance.timeOrigin + performance.now() - sentAt
    try {
      const method = route === 'pay' ? 'POST' : 'GET'
      const response = await fetch(url, { method, signal: AbortSignal.timeout(patience) })
      const body = await response.json()
      const answer = { route, sentAt, latency: latency(), status: response.status }
      return route === 'dashboard' && response.ok ? { ...answer, pieces: (body as Dashboard).pieces } : answer
    } catch {
      return { route, sentAt, latency: latency(), status: 0 }
    }
  }
}

/** Of four the first has four turns, the second three, and so on, mixed. */
function turnsOf(origins: readonly string[]): string[] {
  return origins.flatMap((_, round) => origins.slice(0, origins.length - round))
}
