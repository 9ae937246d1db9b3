import { Child } from './child-process.ts'
import type { GatewayMessage, GatewayReport, TransitionMessage } from './gateway-messages.ts'
import { type ServiceAddresses, serviceNames } from './services.ts'

export interface StackOptions {
  /** The folder of the built programs. */
  readonly programs: URL
  /** The gateway's port; 0 for a free one. */
  readonly port: number
  /** Use a free port if `port` is taken. */
  readonly orAnyPort: boolean
  /** Called for each line that a process writes to its standard error. */
  readonly onLine?: (name: string, line: string) => void
  readonly onTransition?: (transition: TransitionMessage) => void
}

/** One process of the stack. */
export interface StackProcess {
  readonly name: string
  readonly pid: number
  readonly origin: string
}

/** The processes of the demo: three services and the gateway. */
export class Stack {
  /** Rejects when a process ends unexpectedly; never resolves. */
  readonly died: Promise<never>
  readonly #options: StackOptions
  readonly #children = new Set<Child>()
  readonly #running = new Map<string, StackProcess>()
  #environment: NodeJS.ProcessEnv = {}
  #gateway: Child | undefined
  #onDeath!: (error: Error) => void
  #onReport: ((report: GatewayReport) => void) | undefined
  #stopping = false

  constructor(options: StackOptions) {
    this.#options = options
    this.died = new Promise((_resolve, reject) => {
      this.#onDeath = reject
    })
    this.died.catch(() => {})
  }

  /** The gateway's address. */
  get origin(): string {
    return this.#running.get('gateway')?.origin ?? ''
  }

  /** The processes that are ready, the gateway first. */
  get processes(): StackProcess[] {
    return ['gateway', ...serviceNames].flatMap((name) => this.#running.get(name) ?? [])
  }

  /** @param environment  added to the environment of the processes. */
  async start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#environment = environment
    const ready = await Promise.all(serviceNames.map((name) => this.#start(name, 'service.js', name)))
    const services = Object.fromEntries(serviceNames.map((name, index) => [name, ready[index]])) as ServiceAddresses
    const startGateway = (port: number) => this.#start('gateway', 'gateway.js', JSON.stringify({ port, services }))
    const { port, orAnyPort } = this.#options
    await startGateway(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && orAnyPort) return startGateway(0)
      throw error
    })
  }

  /** The present breakers and spans of the gateway. */
  report(): Promise<GatewayReport> {
    return new Promise((resolve) => {
      this.#onReport = resolve
      this.#gateway?.send({ type: 'report' })
    })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#children].map((child) => child.stop()))
  }

  /** Ends all processes at once, for an exit that can't wait. */
  kill(): void {
    this.#stopping = true
    for (const child of this.#children) child.kill()
  }

  async #start(name: string, file: string, argument: string): Promise<object> {
    if (this.#stopping) throw new Error('stopped while starting')
    const { programs, onLine } = this.#options
    const child = new Child({
      name,
      program: new URL(file, programs),
      args: [argument],
      environment: this.#environment,
      onLine: (line) => onLine?.(name, line),
      onMessage: (message) => this.#onMessage(message as GatewayMessage),
    })
    this.#children.add(child)
    void child.exited.then(() => this.#children.delete(child))
    const ready = await child.ready
    void child.exited.then((why) => {
      if (!this.#stopping) this.#onDeath(new Error(`the ${name} process (pid ${child.pid}) ended unexpectedly: ${why}`))
    })
    if (name === 'gateway') this.#gateway = child
    const { origin } = ready as { origin: string }
    this.#running.set(name, { name, pid: child.pid, origin })
    return ready
  }

  #onMessage(message: GatewayMessage): void {
    if (message.type === 'report') this.#onReport?.(message)
    else this.#options.onTransition?.(message)
  }
}
