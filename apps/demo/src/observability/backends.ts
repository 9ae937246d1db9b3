import { setTimeout as sleep } from 'node:timers/promises'
import { label, stateSeries } from '../../../../packages/opentelemetry/monitoring/promql.ts'
import { Child } from '../child-process.ts'
import { formatSeconds } from '../measure.ts'
import type { Alerting, Story } from '../scenario.ts'
import type { StackProcess } from '../stack.ts'
import { type AlertEvent, AlertPoller } from './alert-poller.ts'
import { answers } from './answers.ts'
import { OtlpServer } from './otlp-server.ts'
import { PrometheusClient } from './prometheus-client.ts'
import { receivedTrip } from './received-trip.ts'

/** The alert rules wait for minutes, but the demo takes less than one: here a minute is a second. */
const minute = 1_000
const scrapeInterval = 1_000
/** The alert of an outage that continues. */
const expected = { alert: 'CircuitBreakerOpenTooLong', breaker: 'payment.read' }
/** Long enough for a slow machine. */
const longestScrape = 60_000

const prometheusMissing = [
  'Prometheus is not installed, so there are no alerts and no answers. On Debian and Ubuntu:',
  'apt-get install --no-install-recommends prometheus',
]

/** The telemetry backends of the demo: an OTLP server in this process and, if it is installed, a Prometheus process. */
export class Backends implements Alerting {
  /** Rejects when Prometheus ends unexpectedly; never resolves. */
  readonly failed: Promise<never>
  readonly #otlp = new OtlpServer()
  #fail!: (error: Error) => void
  #child: Child | undefined
  #alerts: AlertPoller | undefined
  #prometheus: PrometheusClient | undefined

  constructor() {
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
  }

  /** Starts the OTLP server, which must run before the services. */
  async start(): Promise<void> {
    await this.#otlp.start()
  }

  /** The environment for processes that send their telemetry here. */
  get environment(): Record<string, string> {
    return { OTEL_EXPORTER_OTLP_ENDPOINT: this.#otlp.url }
  }

  /** The running processes. The OTLP server is part of this process. */
  get processes(): StackProcess[] {
    const processes = [{ name: 'otlp', origin: this.#otlp.url, pid: process.pid }]
    if (this.#child !== undefined && this.#prometheus !== undefined) {
      processes.push({ name: 'prometheus', origin: this.#prometheus.origin, pid: this.#child.pid })
    }
    return processes
  }

  /** Notes for the user, in lines. */
  get notes(): readonly string[] {
    return this.#prometheus === undefined ? prometheusMissing : ['A minute of the alert rules takes a second here.']
  }

  /** Commands that the user can try, in lines. */
  get suggestions(): readonly string[] {
    return this.#prometheus === undefined ? [] : [`  curl ${this.#prometheus.origin}/api/v1/alerts`]
  }

  /**
   * Starts Prometheus, which scrapes the gateway's metrics; does nothing if it is not installed.
   * @param programs  the folder of the built programs.
   * @param onAlert  called when an alert begins and when it ends.
   */
  async scrape(gateway: string, programs: URL, onAlert: (event: AlertEvent) => void): Promise<void> {
    const target = new URL(gateway).host
    const child = new Child({
      name: 'prometheus',
      program: new URL('prometheus.js', programs),
      args: [JSON.stringify({ job: 'cb-demo-gateway', target, interval: scrapeInterval, minute })],
      onLine: () => {},
    })
    this.#child = child
    try {
      const { origin } = (await child.ready) as { origin: string }
      this.#prometheus = new PrometheusClient(origin)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    void child.exited.then((why) => this.#fail(new Error(`the prometheus process ended unexpectedly: ${why}`)))
    this.#alerts = new AlertPoller(this.#prometheus, onAlert)
    void this.#alerts.run()
  }

  /** Waits until Prometheus has scraped the closed breaker. */
  async scraped(): Promise<void> {
    const closed = stateSeries({ [label.name]: expected.breaker, [label.state]: 'closed' })
    const deadline = performance.now() + longestScrape
    while (this.#prometheus !== undefined && (await this.#prometheus.query(`${closed} > 0`)).length === 0) {
      if (performance.now() > deadline) throw new Error('prometheus does not get the metrics of the gateway')
      await sleep(100)
    }
  }

  /** Waits until the alert of the outage fires. */
  async alerted(): Promise<void> {
    await this.#alerts?.fires(expected.alert, expected.breaker)
  }

  /** Waits until no alert fires. */
  async cleared(): Promise<void> {
    await this.#alerts?.cleared()
  }

  /** The request that opened the breaker, as received by OTLP, and a count of everything received. */
  trip(): Promise<string[]> {
    return receivedTrip(this.#otlp, expected.breaker)
  }

  /** The answers of Prometheus to the questions on call, for a moment within the outage. */
  async answers({ recoveredAt }: Story): Promise<string[]> {
    if (this.#prometheus === undefined) return prometheusMissing.map((line) => `  ${line}`)
    return answers(this.#prometheus, recoveredAt)
  }

  /** The times of the alert, in one sentence. */
  alertSummary({ openedAt, closedAt }: Story): string {
    const [began, ended] = (this.#alerts?.events ?? []).filter(
      ({ alert, breaker }) => alert === expected.alert && breaker === expected.breaker,
    )
    if (began === undefined || ended === undefined) return 'No alert: Prometheus is not installed.'
    return (
      `Prometheus alerted ${formatSeconds(began.at - openedAt)} after it opened, and the alert was over ` +
      `${formatSeconds(ended.at - closedAt)} after it closed; a minute of the alert rules took a second here.`
    )
  }

  async stop(): Promise<void> {
    this.#alerts?.stop()
    await Promise.all([this.#child?.stop(), this.#otlp.close()])
  }
}
