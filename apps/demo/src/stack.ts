import { memoryStore } from '@cb/redis'
import { Child } from './child-process.ts'
import { answer, type StoreMessage } from './fleet/ipc-store.ts'
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
  readonly onTransition?: (transition: TransitionMessage, gateway: string) => void
  /** Several gateways, which can share their breakers. Default: one that can't. */
  readonly fleet?: {
    readonly gateways: number
    /** The address of Redis; undefined for a store in this process. */
    readonly redis?: string | undefined
  }
}

/** One process of the stack. */
export interface StackProcess {
  readonly name: string
  readonly pid: number
  readonly origin: string
}

/** The processes of the demo: three services and the gateways. */
export class Stack {
  /** Rejects when a process ends unexpectedly; never resolves. */
  readonly died: Promise<never>
  readonly #options: StackOptions
  readonly #children = new Set<Child>()
  readonly #running = new Map<string, StackProcess>()
  #environment: NodeJS.ProcessEnv = {}
  readonly #gateways = new Map<string, Child>()
  readonly #store = memoryStore()
  #services: ServiceAddresses | undefined
  #onDeath!: (error: Error) => void
  #onReport: ((report: GatewayReport) => void) | undefined
  #onJoined = () => {}
  #stopping = false

  constructor(options: StackOptions) {
    this.#options = options
    this.died = new Promise((_resolve, reject) => {
      this.#onDeath = reject
    })
    this.died.catch(() => {})
  }

  get gatewayNames(): string[] {
    const { gateways } = this.#options.fleet ?? {}
    return gateways === undefined ? ['gateway'] : Array.from({ length: gateways }, (_, n) => `gateway${n + 1}`)
  }

  /** The addresses of the gateways that are ready. */
  get origins(): string[] {
    return this.gatewayNames.flatMap((name) => this.#running.get(name)?.origin ?? [])
  }

  /** The first gateway's address. */
  get origin(): string {
    return this.origins[0] ?? ''
  }

  /** The switch of the payment service. */
  get paymentControl(): string {
    return this.#services?.payment.control ?? ''
  }

  /** The processes that are ready, the gateways first. */
  get processes(): StackProcess[] {
    return [...this.gatewayNames, ...serviceNames].flatMap((name) => this.#running.get(name) ?? [])
  }

  /** @param environment  added to the environment of the processes. */
  async start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#environment = environment
    const ready = await Promise.all(serviceNames.map((name) => this.#start(name, 'service.js', name)))
    const services = Object.fromEntries(serviceNames.map((name, index) => [name, ready[index]])) as ServiceAddresses
    this.#services = services
    const { port, orAnyPort, fleet } = this.#options
    const startGateway = (name: string, port: number) => {
      const address = fleet && { instance: name, redis: fleet.redis }
      return this.#start(name, 'gateway.js', JSON.stringify({ port, services, fleet: address }))
    }
    const [first = '', ...others] = this.gatewayNames
    await startGateway(first, port).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && orAnyPort) return startGateway(first, 0)
      throw error
    })
    await Promise.all(others.map((name) => startGateway(name, 0)))
    await this.#store.subscribe?.(
      (news) => this.#toGateways({ type: 'news', news }),
      () => {},
    )
  }

  /** The gateways share their breakers from now on. */
  joinFleet(): Promise<void> {
    let missing = this.#gateways.size
    return new Promise((resolve) => {
      this.#onJoined = () => {
        if (--missing === 0) resolve()
      }
      this.#toGateways({ type: 'join' })
    })
  }

  #toGateways(message: StoreMessage | { readonly type: 'join' }): void {
    for (const gateway of this.#gateways.values()) gateway.send(message)
  }

  /** The present breakers and spans of the first gateway. */
  report(): Promise<GatewayReport> {
    return new Promise((resolve) => {
      this.#onReport = resolve
      this.#gateways.get(this.gatewayNames[0] ?? '')?.send({ type: 'report' })
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
      onMessage: (message) => this.#onMessage(message as GatewayMessage, child),
    })
    this.#children.add(child)
    void child.exited.then(() => this.#children.delete(child))
    const ready = await child.ready
    void child.exited.then((why) => {
      if (!this.#stopping) this.#onDeath(new Error(`the ${name} process (pid ${child.pid}) ended unexpectedly: ${why}`))
    })
    if (this.gatewayNames.includes(name)) this.#gateways.set(name, child)
    const { origin } = ready as { origin: string }
    this.#running.set(name, { name, pid: child.pid, origin })
    return ready
  }

  #onMessage(message: GatewayMessage, gateway: Child): void {
    if (message.type === 'report') this.#onReport?.(message)
    else if (message.type === 'joined') this.#onJoined()
    else if (message.type === 'store') void answer(this.#store, message).then((reply) => gateway.send(reply))
    else this.#options.onTransition?.(message, gateway.name)
  }
}
