import { defaultPort } from '../arguments.ts'
import { busyNote, watchTimers } from '../busy.ts'
import { Child } from '../child-process.ts'
import { mostReadProbes } from '../clients.ts'
import { Load, rates } from '../load.ts'
import { type Playable, paragraph, type RunOptions, section } from '../run.ts'
import { Screen } from '../screen.ts'
import { Stack } from '../stack.ts'
import { Timeline } from '../timeline.ts'
import type { CallCounts } from './call-counter.ts'
import { FleetScenario, type Outage, type PaymentControl } from './fleet-scenario.ts'
import { comparison, concludeFleet } from './fleet-summary.ts'

export interface FleetDemoOptions extends RunOptions {
  readonly gateways: number
  /** Share the breakers through Redis. */
  readonly redis: boolean
}

/** The same outage twice: for gateways whose breakers decide alone, and for a fleet that shares them. */
export class FleetDemo implements Playable {
  readonly screen: Screen
  /** Rejects when a process ends unexpectedly; never resolves. */
  readonly died: Promise<never>
  isOver = false
  readonly #options: FleetDemoOptions
  #fail!: (error: Error) => void
  #redis: Child | undefined
  #running: Stack | undefined
  #scenario: FleetScenario | undefined
  #load: Load | undefined
  #isStopping = false

  constructor(options: FleetDemoOptions) {
    this.#options = options
    this.screen = new Screen(options.output, process.env)
    this.died = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    this.died.catch(() => {})
  }

  get stack(): Pick<Stack, 'kill'> {
    return {
      kill: () => {
        this.#running?.kill()
        this.#redis?.kill()
      },
    }
  }

  async play(): Promise<number> {
    const { gateways, redis, once } = this.#options
    const address = redis ? await this.#startRedis() : undefined
    const stack = await this.#start(address)
    this.#introduce(stack, address)
    const load = new Load(stack.origins, () => {})
    this.#load = load
    await load.warmUp()
    const timeline = new Timeline(this.screen)
    const timers = watchTimers()
    load.start(0)
    timeline.event('ALONE', 'bold', 'each gateway has breakers of its own')
    const alone = await this.#outage(stack, timeline, false)
    await stack.joinFleet()
    timeline.event('SHARED', 'bold', 'the gateways share their breakers; the same happens again')
    const shared = await this.#outage(stack, timeline, true)
    timeline.event('END', 'bold', 'all breakers are closed, all services are healthy')
    await load.stop()
    section(this.screen, 'One outage, counted at payment', comparison(alone, shared))
    const { sentence, failure } = concludeFleet(alone, shared, { gateways, limit: mostReadProbes })
    section(this.screen, 'Result', paragraph(this.screen, sentence))
    if (failure !== undefined) throw new Error(`${failure}${busyNote(timers)}`)
    if (once || !this.screen.isTerminal) return 0
    this.isOver = true
    this.#suggest(stack)
    load.start(0)
    return new Promise(() => {})
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    void this.#load?.stop()
    await this.#running?.stop()
    await this.#redis?.stop()
  }

  #outage(stack: Stack, timeline: Timeline, isShared: boolean): Promise<Outage> {
    this.#scenario = new FleetScenario(stack.gatewayNames, paymentControl(stack), timeline, isShared)
    return this.#scenario.play()
  }

  async #start(redis: string | undefined): Promise<Stack> {
    const { gateways } = this.#options
    const stack = new Stack({
      ...this.#options,
      fleet: { gateways, redis },
      onLine: (name, line) => this.screen.print(`          ${name} stderr: ${line}`),
      onTransition: (transition, gateway) => {
        if (transition.breaker === 'payment.read') this.#scenario?.onTransition({ ...transition, gateway })
      },
    })
    this.#running = stack
    stack.died.catch((error) => this.#fail(error))
    if (this.#isStopping) throw new Error('stopped while starting')
    await stack.start()
    return stack
  }

  /** @throws Error with what to do if it is not installed. */
  async #startRedis(): Promise<string> {
    const program = new URL('redis.js', this.#options.programs)
    const child = new Child({ name: 'redis', program, args: [], onLine: () => {} })
    this.#redis = child
    try {
      const { origin } = (await child.ready) as { origin: string }
      void child.exited.then((why) => {
        if (!this.#isStopping) this.#fail(new Error(`the redis process ended unexpectedly: ${why}`))
      })
      return origin
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      const install = 'apt-get install --no-install-recommends redis-server'
      throw new Error(
        `redis-server is not installed (on Debian and Ubuntu: ${install}); without --redis it is not needed`,
      )
    }
  }

  #introduce(stack: Stack, redis: string | undefined): void {
    const { screen } = this
    const { gateways, orAnyPort } = this.#options
    screen.print(screen.paint('bold', `Watch it live: ${stack.origin}/breakers/`))
    screen.print()
    screen.print(screen.paint('bold', `${gateways} gateways, each a process, call the same three services.`))
    for (const { name, origin, pid } of stack.processes) {
      screen.print(`  ${name.padEnd(12)}${origin.padEnd(24)}pid ${pid}`)
    }
    if (redis !== undefined) screen.print(`  ${'redis'.padEnd(12)}${redis.padEnd(24)}pid ${this.#redis?.pid}`)
    else screen.print('  The fleet keeps its state in the memory of the demo; with --redis in Redis.')
    if (orAnyPort && !stack.origin.endsWith(`:${defaultPort}`)) {
      screen.print(`  Port ${defaultPort} is taken, so gateway1 uses another one.`)
    }
    const parts = stack.gatewayNames.map((_, n) => gateways - n).join(':')
    screen.print(`  ${rates.dashboard} dashboards a second, split ${parts}. All numbers are measured in this run.`)
    screen.print()
  }

  #suggest({ origin, origins }: Stack): void {
    section(this.screen, 'Your turn: the traffic continues until Ctrl-C', [
      ...origins.map((address, n) => `  gateway${n + 1}: ${address}/breakers/`),
      `  ${origin}/ has buttons that break and heal each service`,
      '',
    ])
  }
}

function paymentControl(stack: Stack): PaymentControl {
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(30_000)
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal }
    const response = await fetch(`${stack.paymentControl}${path}`, init)
    if (!response.ok) throw new Error(`POST ${path} of payment returned ${response.status}`)
    return response
  }
  return {
    setFault: async (mode) => void (await post('/fault', { mode })),
    takeCounts: async () => (await post('/counts', {})).json() as Promise<CallCounts>,
  }
}
