import { defaultPort } from './arguments.ts'
import { busyNote, watchTimers } from './busy.ts'
import { Load } from './load.ts'
import type { Answer } from './measure.ts'
import type { Backends } from './observability/backends.ts'
import { type Playable, paragraph, type RunOptions, section } from './run.ts'
import { Scenario } from './scenario.ts'
import { Screen } from './screen.ts'
import { Stack } from './stack.ts'
import { conclude, details, summaryTable } from './summary.ts'
import { Timeline } from './timeline.ts'
import { tripTrace } from './trip-trace.ts'

export interface DemoOptions extends RunOptions {
  /** Send telemetry to backends, and show their alerts and answers. */
  readonly telemetry: boolean
}

/** The demo of one gateway. */
export async function createDemo(options: DemoOptions): Promise<Playable> {
  return new Demo(options, options.telemetry ? await makeBackends() : undefined)
}

/** Loaded only when needed, because they take long to load. */
async function makeBackends(): Promise<Backends> {
  const { Backends } = await import('./observability/backends.ts')
  return new Backends()
}

class Demo implements Playable {
  readonly screen: Screen
  readonly stack: Stack
  /** Whether the scenario is over, and the services stay up. */
  isOver = false
  readonly #options: DemoOptions
  readonly #backends: Backends | undefined
  readonly #answers: Answer[] = []
  #timeline: Timeline | undefined
  #scenario: Scenario | undefined
  #load: Load | undefined
  #ticks: NodeJS.Timeout | undefined

  constructor(options: DemoOptions, backends: Backends | undefined) {
    this.#options = options
    this.#backends = backends
    this.screen = new Screen(options.output, process.env)
    this.stack = new Stack({
      ...options,
      onLine: (name, line) => this.screen.print(`          ${name} stderr: ${line}`),
      onTransition: (transition) => {
        this.#timeline?.transition(transition)
        this.#scenario?.onTransition(transition)
      },
    })
  }

  /** Rejects when a process ends unexpectedly; never resolves. */
  get died(): Promise<never> {
    const { died } = this.stack
    return this.#backends === undefined ? died : Promise.race([died, this.#backends.failed])
  }

  /** Resolves to the exit code, unless the services stay up. @throws Error with the reason if the scenario fails. */
  async play(): Promise<number> {
    const { stack, screen } = this
    const backends = this.#backends
    await backends?.start()
    await stack.start(backends?.environment)
    await backends?.scrape(stack.origin, this.#options.programs, (alert) => this.#timeline?.alert(alert))
    this.#introduce()
    const load = new Load(stack.origins, (answer) => {
      if (!this.isOver) this.#answers.push(answer)
      this.#timeline?.answer(answer)
    })
    this.#load = load
    await load.warmUp()
    await backends?.scraped()
    const timeline = new Timeline(screen)
    this.#timeline = timeline
    this.#ticks = setInterval(() => timeline.tick(), 1_000)
    this.#scenario = new Scenario(stack.origin, timeline, backends)
    const timers = watchTimers()
    load.start()
    const story = await this.#scenario.play().catch((error: Error) => {
      throw new Error(`${error.message}${busyNote(timers)}`, { cause: error })
    })
    await load.stop()
    timeline.callers()
    const report = await stack.report()
    const { sentence, failure } = conclude(this.#answers, story, report)
    section(this.screen, 'Dashboards by the time of their request', [
      ...summaryTable(this.#answers, story),
      ...details(this.#answers),
    ])
    if (backends === undefined) {
      section(this.screen, 'The request that opened the breaker, as recorded by OpenTelemetry', tripTrace(report))
    } else {
      section(this.screen, 'The request that opened the breaker, as received by OTLP', await backends.trip())
      section(
        this.screen,
        'Answers of Prometheus for the moment before payment recovered',
        await backends.answers(story),
      )
    }
    const sentences = backends === undefined ? sentence : `${sentence} ${backends.alertSummary(story)}`
    section(this.screen, 'Result', paragraph(screen, sentences))
    if (failure !== undefined) throw new Error(`${failure}${busyNote(timers)}`)
    if (this.#options.once || !screen.isTerminal) return 0
    this.isOver = true
    this.#suggest()
    load.start()
    return new Promise(() => {})
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticks)
    this.#timeline = undefined
    this.screen.endStatus()
    void this.#load?.stop()
    await this.stack.stop() // which also sends the last telemetry
    await this.#backends?.stop()
  }

  #introduce(): void {
    const { screen, stack } = this
    screen.print(screen.paint('bold', `Watch it live: ${stack.origin}/breakers/`))
    screen.print()
    screen.print(
      screen.paint('bold', 'A gateway and three services with circuit breakers. All numbers are measured in this run.'),
    )
    for (const { name, origin, pid } of [...stack.processes, ...(this.#backends?.processes ?? [])]) {
      screen.print(`  ${name.padEnd(12)}${origin.padEnd(24)}pid ${pid}`)
    }
    for (const line of this.#backends?.notes ?? []) screen.print(`  ${line}`)
    if (this.#options.orAnyPort && !stack.origin.endsWith(`:${defaultPort}`)) {
      screen.print(`  Port ${defaultPort} is taken, so the gateway uses another one; choose it with --port.`)
    }
    const collector = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
    if (collector && this.#backends === undefined) screen.print(`  Traces and metrics go to ${collector}.`)
    screen.print('  Times in brackets are medians. A fast fallback is one without a call to the service.')
    screen.print()
  }

  #suggest(): void {
    const { origin } = this.stack
    section(this.screen, 'Your turn: the traffic continues until Ctrl-C', [
      `  ${origin}/ has buttons that break and heal each service`,
      `  curl ${origin}/user-dashboard/7`,
      `  curl ${origin}/health`,
      `  curl ${origin}/metrics`,
      `  curl -i -X POST ${origin}/orders/7-1/pay`,
      `  curl -d '{"mode":"down","for":8000}' ${origin}/simulate-failure/order`,
      ...(this.#backends?.suggestions ?? []),
      '',
    ])
  }
}
