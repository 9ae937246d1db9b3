import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from '../child-process.ts'
import { saySeconds } from '../measure.ts'
import type { OnCall, Story } from '../scenario.ts'
import type { StackProcess } from '../stack.ts'
import { type AlertEvent, AlertWatch } from './alert-watch.ts'
import { answers } from './answers.ts'
import { OtlpServer } from './otlp-server.ts'
import { PrometheusClient } from './prometheus-client.ts'
import { label, stateSeries } from './promql.ts'
import { receivedTrip } from './received-trip.ts'

/** Our rules wait for minutes; the demo is over in half of one. */
const minute = 1_000
const scrapeInterval = 1_000
/** The alert that says that the outage goes on. */
const expected = { alert: 'CircuitBreakerOpenTooLong', breaker: 'payment.read' }
/** Far longer than it takes, also on a slow machine. */
const longestScrape = 60_000

const howToGetPrometheus = [
  'Prometheus is not installed, so there will be no alerts and no answers. On Debian and Ubuntu:',
  'apt-get install --no-install-recommends prometheus',
]

/** Where the demo's telemetry goes: an OTLP server in this process and, if it is installed, a Prometheus beside it. */
export class Backends implements OnCall {
  /** Rejects when Prometheus ends by itself; never resolves. */
  readonly failed: Promise<never>
  readonly #otlp = new OtlpServer()
  #fail!: (error: Error) => void
  #child: Child | undefined
  #watch: AlertWatch | undefined
  #prometheus: PrometheusClient | undefined

  constructor() {
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
  }

  /** Starts what must be there before the services are. */
  async start(): Promise<void> {
    await this.#otlp.start()
  }

  /** For the processes that are to send here. */
  get environment(): Record<string, string> {
    return { OTEL_EXPORTER_OTLP_ENDPOINT: this.#otlp.url }
  }

  /** Those that run. The OTLP server is part of this process. */
  get processes(): StackProcess[] {
    const processes = [{ name: 'otlp', origin: this.#otlp.url, pid: process.pid }]
    if (this.#child !== undefined && this.#prometheus !== undefined) {
      processes.push({ name: 'prometheus', origin: this.#prometheus.origin, pid: this.#child.pid })
    }
    return processes
  }

  /** What one should know of them, in lines. */
  get remarks(): readonly string[] {
    return this.#prometheus === undefined ? howToGetPrometheus : ['A minute of the alert rules is a second here.']
  }

  /** What one can try while it runs, in lines. */
  get invitation(): readonly string[] {
    return this.#prometheus === undefined ? [] : [`  curl ${this.#prometheus.origin}/api/v1/alerts`]
  }

  /**
   * Starts Prometheus on the gateway's metrics; nothing if it is not installed.
   * @param programs  the folder of the built programs.
   * @param onAlert  hears of each alert when it begins and when it ends.
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
    void child.exited.then((why) => this.#fail(new Error(`the prometheus process ended by itself: ${why}`)))
    this.#watch = new AlertWatch(this.#prometheus, onAlert)
    void this.#watch.run()
  }

  /** Waits until Prometheus has seen the breaker while all is well. */
  async acquainted(): Promise<void> {
    const closed = stateSeries({ [label.name]: expected.breaker, [label.state]: 'closed' })
    const deadline = performance.now() + longestScrape
    while (this.#prometheus !== undefined && (await this.#prometheus.query(`${closed} > 0`)).length === 0) {
      if (performance.now() > deadline) throw new Error('prometheus does not get the metrics of the gateway')
      await sleep(100)
    }
  }

  /** Waits until somebody on call would know. */
  async alerted(): Promise<void> {
    await this.#watch?.fires(expected.alert, expected.breaker)
  }

  /** Waits until nobody would be called. */
  async calm(): Promise<void> {
    await this.#watch?.calm()
  }

  /** The request that opened the breaker, as it came over the wire; and what else came. */
  trip(): Promise<string[]> {
    return receivedTrip(this.#otlp, expected.breaker)
  }

  /** What Prometheus answers to the questions on call, in the midst of the outage. */
  async answers({ healedAt }: Story): Promise<string[]> {
    if (this.#prometheus === undefined) return howToGetPrometheus.map((line) => `  ${line}`)
    return answers(this.#prometheus, healedAt)
  }

  /** What became of the alert, in one sentence. */
  verdict({ openedAt, closedAt }: Story): string {
    const [began, ended] = (this.#watch?.events ?? []).filter(
      ({ alert, breaker }) => alert === expected.alert && breaker === expected.breaker,
    )
    if (began === undefined || ended === undefined) return 'No alert: Prometheus is not installed.'
    return (
      `Prometheus alerted ${saySeconds(began.at - openedAt)} after it opened, and the alert was over ` +
      `${saySeconds(ended.at - closedAt)} after it closed; the minutes of the alert rules were seconds here.`
    )
  }

  async stop(): Promise<void> {
    this.#watch?.stop()
    await Promise.all([this.#child?.stop(), this.#otlp.close()])
  }
}
