import { createServer, type Server } from 'node:http'
import type { RequestHandler } from 'express'
import express from 'express'
import type { Fault } from './fault.ts'
import { closeServer, listenOn } from './listening.ts'

/** A service's public side, with a switch that makes it fail in the ways services do. */
export class FaultyServer {
  readonly #server: Server
  #port = 0
  #fault: Fault = { mode: 'healthy' }
  #healing: NodeJS.Timeout | undefined
  #change: Promise<void> = Promise.resolve()

  /** @param before  runs ahead of the faults. @param routes  what the service does when it is well. */
  constructor(before: RequestHandler, routes: RequestHandler) {
    const app = express().disable('x-powered-by')
    app.use(before, (request, response, next) => this.#inject(request, response, next), routes)
    this.#server = createServer(app)
  }

  async listen(): Promise<number> {
    this.#port = await listenOn(this.#server, 0)
    return this.#port
  }

  /** Changes are made one after the other: a port must be closed before it can be opened again. */
  become(fault: Fault): Promise<void> {
    this.#change = this.#change.catch(() => {}).then(() => this.#become(fault))
    return this.#change
  }

  close(): Promise<void> {
    clearTimeout(this.#healing)
    return closeServer(this.#server)
  }

  async #become(fault: Fault): Promise<void> {
    clearTimeout(this.#healing)
    this.#fault = fault
    if (fault.mode === 'down') await closeServer(this.#server)
    else if (!this.#server.listening) await listenOn(this.#server, this.#port)
    if (fault.mode === 'healthy' || fault.for === undefined) return
    this.#healing = setTimeout(() => void this.become({ mode: 'healthy' }), fault.for)
  }

  #inject(...[, response, next]: Parameters<RequestHandler>): void {
    const fault = this.#fault
    if (fault.mode === 'healthy' || fault.mode === 'down' || Math.random() >= fault.rate) return next()
    if (fault.mode === 'hanging') return // until the caller gives up
    const answer = fault.mode === 'slow' ? next : () => void response.status(500).json({ error: 'simulated failure' })
    const timer = setTimeout(answer, fault.latency)
    response.once('close', () => clearTimeout(timer))
  }
}
