import type { WriteStream } from 'node:tty'
import { defaultPort } from './arguments.ts'
import { Load } from './load.ts'
import type { Answer } from './measure.ts'
import type { Backends } from './observability/backends.ts'
import { Scenario } from './scenario.ts'
import { Screen } from './screen.ts'
import { Stack, type StackOptions } from './stack.ts'
import { details, summaryTable, verdict } from './summary.ts'
import { Timeline } from './timeline.ts'
import { tripTrace } from './trip-trace.ts'

export interface DemoOptions extends Pick<StackOptions, 'port' | 'orAnyPort' | 'programs'> {
  readonly once: boolean
  /** Send telemetry to backends, and show what they make of it. */
  readonly telemetry: boolean
  readonly output: WriteStream
}

/**
 * Plays the scenario, and stays up afterwards on a terminal.
 * @param interrupted  resolves to the exit code when it is to end early.
 * @returns the exit code; no process is left.
 */
export async function runDemo(options: DemoOptions, interrupted: Promise<number>): Promise<number> {
  const demo = new Demo(options, options.telemetry ? await makeBackends() : undefined)
  process.once('exit', () => demo.stack.kill())
  try {
    const code = await Promise.race([interrupted, demo.died, demo.play()])
    return demo.isOver ? 0 : code
  } catch (error) {
    demo.screen.endStatus()
    console.error(`demo: ${sayError(error, options)}`)
    return 1
  } finally {
    await demo.stop()
  }
}

/** They take a while to load. */
async function makeBackends(): Promise<Backends> {
  const { Backends } = await import('./observability/backends.ts')
  return new Backends()
}

class Demo {
  readonly screen: Screen
  readonly stack: Stack
  /** The scenario is over; what is left is to stay up. */
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
      onLine: (name, line) => this.screen.print(`          ${name} says: ${line}`),
      onTransition: (transition) => {
        this.#timeline?.transition(transition)
        this.#scenario?.hear(transition)
      },
    })
  }

  /** Rejects when a process ends that nobody asked to; never resolves. */
  get died(): Promise<never> {
    const { died } = this.stack
    return this.#backends === undefined ? died : Promise.race([died, this.#backends.failed])
  }

  /** The exit code, unless it stays up. @throws Error saying why the scenario failed. */
  async play(): Promise<number> {
    const { stack, screen } = this
    const backends = this.#backends
    await backends?.start()
    await stack.start(backends?.environment)
    await backends?.scrape(stack.origin, this.#options.programs, (alert) => this.#timeline?.alert(alert))
    this.#introduce()
    const load = new Load(stack.origin, (answer) => {
      if (!this.isOver) this.#answers.push(answer)
      this.#timeline?.answer(answer)
    })
    this.#load = load
    await load.warmUp()
    await backends?.acquainted()
    const timeline = new Timeline(screen)
    this.#timeline = timeline
    this.#ticks = setInterval(() => timeline.tick(), 1_000)
    this.#scenario = new Scenario(stack.origin, timeline, backends)
    load.start()
    const story = await this.#scenario.play()
    await load.stop()
    timeline.callers()
    const report = await stack.report()
    const { sentence, failure } = verdict(this.#answers, story, report)
    this.#section('Dashboards, by when they were asked for', [
      ...summaryTable(this.#answers, story),
      ...details(this.#answers),
    ])
    if (backends === undefined) {
      this.#section('The request that opened the breaker, as OpenTelemetry saw it', tripTrace(report))
    } else {
      this.#section('The request that opened the breaker, as it arrived by OTLP', await backends.trip())
      this.#section('What Prometheus answers for the moment before payment was healed', await backends.answers(story))
    }
    const sentences = backends === undefined ? sentence : `${sentence} ${backends.verdict(story)}`
    this.#section('Verdict', wrap(sentences))
    if (failure !== undefined) throw new Error(failure)
    if (this.#options.once || !screen.isTerminal) return 0
    this.isOver = true
    this.#invite()
    load.start()
    return new Promise(() => {})
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticks)
    this.#timeline = undefined
    this.screen.endStatus()
    void this.#load?.stop()
    await this.stack.stop() // which sends what is left
    await this.#backends?.stop()
  }

  #introduce(): void {
    const { screen, stack } = this
    screen.print(
      screen.paint(
        'bold',
        'A gateway, three services, and breakers between them. All numbers are measured in this run.',
      ),
    )
    for (const { name, origin, pid } of [...stack.processes, ...(this.#backends?.processes ?? [])]) {
      screen.print(`  ${name.padEnd(12)}${origin.padEnd(24)}pid ${pid}`)
    }
    for (const line of this.#backends?.remarks ?? []) screen.print(`  ${line}`)
    if (this.#options.orAnyPort && !stack.origin.endsWith(`:${defaultPort}`)) {
      screen.print(`  Port ${defaultPort} is taken, so the gateway has another; choose one with --port.`)
    }
    const collector = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
    if (collector && this.#backends === undefined) screen.print(`  Traces and metrics go to ${collector}.`)
    screen.print('  Times in brackets are medians. A fast fallback is one for which no call was made.')
    screen.print()
  }

  #section(title: string, lines: readonly string[]): void {
    this.screen.print()
    this.screen.print(this.screen.paint('bold', title))
    for (const line of lines) this.screen.print(line)
  }

  #invite(): void {
    const { origin } = this.stack
    this.#section('Your turn: the traffic goes on until Ctrl-C', [
      `  curl ${origin}/user-dashboard/7`,
      `  curl ${origin}/health`,
      `  curl ${origin}/metrics`,
      `  curl -i -X POST ${origin}/orders/7-1/pay`,
      `  curl -d '{"mode":"down","for":8000}' ${origin}/simulate-failure/order`,
      ...(this.#backends?.invitation ?? []),
      '',
    ])
  }
}

function sayError(error: unknown, { port }: DemoOptions): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `port ${port} of 127.0.0.1 is taken; choose another one with --port`
  if (code === 'EACCES') return `port ${port} may not be used; choose another one with --port`
  return error.message
}

function wrap(sentence: string, width = 96): string[] {
  const lines: string[] = []
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= width) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
