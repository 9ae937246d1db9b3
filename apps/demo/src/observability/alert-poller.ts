import { setTimeout as sleep } from 'node:timers/promises'
import { label } from '../../../../packages/opentelemetry/monitoring/promql.ts'
import type { Alert, PrometheusClient } from './prometheus-client.ts'

/** The interval of the polling. */
const interval = 200
/** Long enough for an alert to fire or to end on a slow machine. */
const patience = 120_000

export interface AlertEvent {
  readonly alert: string
  readonly breaker: string
  readonly firing: boolean
  readonly summary: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Polls Prometheus, and records the begin and the end of alerts. */
export class AlertPoller {
  readonly events: AlertEvent[] = []
  readonly #prometheus: PrometheusClient
  readonly #onEvent: (event: AlertEvent) => void
  readonly #stopping = new AbortController()
  #firing = new Map<string, Alert>()

  constructor(prometheus: PrometheusClient, onEvent: (event: AlertEvent) => void) {
    this.#prometheus = prometheus
    this.#onEvent = onEvent
  }

  /** Polls until `stop`. Failed requests are ignored, because the end of the Prometheus process is noticed elsewhere. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#poll().catch(() => {})
      await sleep(interval, undefined, { signal: this.#stopping.signal }).catch(() => {})
    }
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Waits until the alert fires for the breaker. @throws Error if it does not. */
  async fires(alert: string, breaker: string): Promise<void> {
    await this.#until(`${alert} fires for ${breaker}`, () =>
      this.events.some((event) => event.firing && event.alert === alert && event.breaker === breaker),
    )
  }

  /** Waits until no alert fires. @throws Error if one still fires. */
  async cleared(): Promise<void> {
    await this.#until('all alerts end', () => this.#firing.size === 0)
  }

  async #poll(): Promise<void> {
    const alerts = (await this.#prometheus.alerts()).filter(({ state }) => state === 'firing')
    const firing = new Map(alerts.map((alert) => [JSON.stringify(alert.labels), alert]))
    for (const [key, alert] of firing) if (!this.#firing.has(key)) this.#record(alert, true)
    for (const [key, alert] of this.#firing) if (!firing.has(key)) this.#record(alert, false)
    this.#firing = firing
  }

  #record({ labels, annotations }: Alert, firing: boolean): void {
    const { alertname = '', [label.name]: breaker = '' } = labels
    const event = { alert: alertname, breaker, firing, summary: annotations['summary'] ?? '', at: Date.now() }
    this.events.push(event)
    this.#onEvent(event)
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + patience
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`timed out after ${patience / 1_000} s: waited until ${what}`)
      await sleep(interval)
    }
  }
}
