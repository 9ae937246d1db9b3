import { defaultPort } from './arguments.ts'
import { type Answer, Load } from './load.ts'
import { Scenario } from './scenario.ts'
import { Screen } from './screen.ts'
import { Stack, type StackOptions } from './stack.ts'
import { details, summaryTable, verdict } from './summary.ts'
import { Timeline } from './timeline.ts'
import { tripTrace } from './trip-trace.ts'

export interface DemoOptions extends Pick<StackOptions, 'port' | 'orAnyPort'> {
  readonly once: boolean
}

/**
 * Plays the scenario, and stays up afterwards on a terminal.
 * @param interrupted  resolves to the exit code when it is to end early.
 * @returns the exit code; no process is left.
 */
export async function runDemo(options: DemoOptions, interrupted: Promise<number>): Promise<number> {
  const demo = new Demo(options)
  process.once('exit', () => demo.stack.kill())
  try {
    const code = await Promise.race([interrupted, demo.stack.died, demo.play()])
    return demo.isOver ? 0 : code
  } catch (error) {
    demo.screen.endStatus()
    console.error(`demo: ${sayError(error, options)}`)
    return 1
  } finally {
    await demo.stop()
  }
}

class Demo {
  readonly screen = new Screen(process.stdout, process.env)
  readonly stack: Stack
  /** The scenario is over; what is left is to stay up. */
  isOver = false
  readonly #options: DemoOptions
  readonly #answers: Answer[] = []
  #timeline: Timeline | undefined
  #scenario: Scenario | undefined
  #load: Load | undefined
  #ticks: NodeJS.Timeout | undefined

  constructor(options: DemoOptions) {
    this.#options = options
    const { port, orAnyPort } = options
    this.stack = new Stack({
      programs: new URL('.', import.meta.url),
      port,
      orAnyPort,
      onLine: (name, line) => this.screen.print(`          ${name} says: ${line}`),
      onTransition: (transition) => {
        this.#timeline?.transition(transition)
        this.#scenario?.hear(transition)
      },
    })
  }

  /** The exit code, unless it stays up. @throws Error saying why the scenario failed. */
  async play(): Promise<number> {
    const { stack, screen } = this
    await stack.start()
    this.#introduce()
    const load = new Load(stack.origin, (answer) => {
      if (!this.isOver) this.#answers.push(answer)
      this.#timeline?.answer(answer)
    })
    this.#load = load
    await load.warmUp()
    const timeline = new Timeline(screen)
    this.#timeline = timeline
    this.#ticks = setInterval(() => timeline.tick(), 1_000)
    this.#scenario = new Scenario(stack.origin, timeline)
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
    this.#section('The request that opened the breaker, as OpenTelemetry saw it', tripTrace(report))
    this.#section('Verdict', wrap(sentence))
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
    await this.stack.stop()
  }

  #introduce(): void {
    const { screen, stack } = this
    screen.print(
      screen.paint(
        'bold',
        'A gateway, three services, and breakers between them. All numbers are measured in this run.',
      ),
    )
    for (const { name, origin, pid } of stack.processes) {
      screen.print(`  ${name.padEnd(9)}${origin.padEnd(24)}pid ${pid}`)
    }
    if (this.#options.orAnyPort && !stack.origin.endsWith(`:${defaultPort}`)) {
      screen.print(`  Port ${defaultPort} is taken, so the gateway has another; choose one with --port.`)
    }
    const collector = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
    if (collector) screen.print(`  Traces and metrics go to ${collector}.`)
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
