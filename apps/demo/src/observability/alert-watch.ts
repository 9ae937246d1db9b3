import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert, PrometheusClient } from './prometheus-client.ts'
import { label } from './promql.ts'

/** How often it asks. */
const interval = 200
/** Far longer than it takes an alert to fire or to end, also on a slow machine. */
const patience = 120_000

export interface AlertEvent {
  readonly alert: string
  readonly breaker: string
  readonly firing: boolean
  readonly summary: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Does what an alert manager would: notices which alerts begin and end. */
export class AlertWatch {
  readonly events: AlertEvent[] = []
  readonly #prometheus: PrometheusClient
  readonly #tell: (event: AlertEvent) => void
  readonly #stopping = new AbortController()
  #firing = new Map<string, Alert>()

  constructor(prometheus: PrometheusClient, tell: (event: AlertEvent) => void) {
    this.#prometheus = prometheus
    this.#tell = tell
  }

  /** Goes on until `stop`. When Prometheus does not answer it asks again: that it has ended others notice. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#look().catch(() => {})
      await sleep(interval, undefined, { signal: this.#stopping.signal }).catch(() => {})
    }
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Waits until that alert fires for that breaker. @throws Error if it does not. */
  async fires(alert: string, breaker: string): Promise<void> {
    await this.#until(`${alert} fires for ${breaker}`, () =>
      this.events.some((event) => event.firing && event.alert === alert && event.breaker === breaker),
    )
  }

  /** Waits until no alert fires. @throws Error if one goes on. */
  async calm(): Promise<void> {
    await this.#until('all alerts end', () => this.#firing.size === 0)
  }

  async #look(): Promise<void> {
    const alerts = (await this.#prometheus.alerts()).filter(({ state }) => state === 'firing')
    const firing = new Map(alerts.map((alert) => [JSON.stringify(alert.labels), alert]))
    for (const [key, alert] of firing) if (!this.#firing.has(key)) this.#note(alert, true)
    for (const [key, alert] of this.#firing) if (!firing.has(key)) this.#note(alert, false)
    this.#firing = firing
  }

  #note({ labels, annotations }: Alert, firing: boolean): void {
    const { alertname = '', [label.name]: breaker = '' } = labels
    const event = { alert: alertname, breaker, firing, summary: annotations['summary'] ?? '', at: Date.now() }
    this.events.push(event)
    this.#tell(event)
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + patience
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`waited ${patience / 1_000} s in vain until ${what}`)
      await sleep(interval)
    }
  }
}
