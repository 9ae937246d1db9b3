import { createServer, type Server } from 'node:http'
import type { RequestHandler } from 'express'
import express from 'express'
import type { Fault } from './fault.ts'
import type { CallCounter } from './fleet/call-counter.ts'
import { closeServer, listenOn } from './listening.ts'

/** The public server of a service, with a switch that simulates typical faults. */
export class FaultyServer {
  readonly #server: Server
  #port = 0
  #fault: Fault = { mode: 'healthy' }
  #recovery: NodeJS.Timeout | undefined
  #change: Promise<void> = Promise.resolve()

  readonly #counter: CallCounter

  /** @param before  runs before the faults. @param routes  the service without faults. @param counter  counts what fails. */
  constructor(before: RequestHandler, routes: RequestHandler, counter: CallCounter) {
    this.#counter = counter
    const app = express().disable('x-powered-by')
    app.use(before, (request, response, next) => this.#inject(request, response, next), routes)
    this.#server = createServer(app)
  }

  async listen(): Promise<number> {
    this.#port = await listenOn(this.#server, 0)
    return this.#port
  }

  /** Faults are applied one after the other, because a port must be closed before it can be opened again. */
  setFault(fault: Fault): Promise<void> {
    this.#change = this.#change.catch(() => {}).then(() => this.#applyFault(fault))
    return this.#change
  }

  close(): Promise<void> {
    clearTimeout(this.#recovery)
    return closeServer(this.#server)
  }

  async #applyFault(fault: Fault): Promise<void> {
    clearTimeout(this.#recovery)
    this.#fault = fault
    if (fault.mode === 'down') await closeServer(this.#server)
    else if (!this.#server.listening) await listenOn(this.#server, this.#port)
    if (fault.mode === 'healthy' || fault.for === undefined) return
    this.#recovery = setTimeout(() => void this.setFault({ mode: 'healthy' }), fault.for)
  }

  #inject(...[request, response, next]: Parameters<RequestHandler>): void {
    const fault = this.#fault
    if (fault.mode === 'healthy' || fault.mode === 'down' || Math.random() >= fault.rate) return next()
    this.#counter.fails(request, response)
    if (fault.mode === 'hanging') return // until the caller times out
    const respond = fault.mode === 'slow' ? next : () => void response.status(500).json({ error: 'simulated failure' })
    const timer = setTimeout(respond, fault.latency)
    response.once('close', () => clearTimeout(timer))
  }
}
