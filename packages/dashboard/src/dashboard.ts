import type { IncomingMessage, ServerResponse } from 'node:http'
import { assertOption, checkBoolean, checkFunction, ownOptions, warnOnce } from '@cb/checks'
import { type Authorize, Problem } from '@cb/operator-http'
import { Feed } from './feed.ts'
import type { Fleet } from './fleet.ts'
import { FleetWatch } from './fleet-watch.ts'
import { History } from './history.ts'
import { Latencies } from './latency.ts'
import type { Registry } from './registry.ts'
import { respond, type Site } from './respond.ts'
import { sendJson } from './send.ts'
import { Stream } from './stream.ts'

/** Options of `dashboard`. */
export interface DashboardOptions {
  /** Whose breakers are shown; those that it creates later are included. Required. */
  registry: Registry
  /**
   * What `joinFleet` of `@cb/redis` returned: the page then shows each breaker in the whole fleet too, and operators can override all
   * instances at once. The store is asked only while a page is open, every three seconds at most. Default: none.
   */
  fleet?: Fleet | undefined
  /**
   * Returns the operator, by a credential in the request, or a falsy value: then the response is 403. It is called before anything is
   * sent, for the page, its files, the stream and each action. Default: none, so that everyone who can reach the page may look,
   * and nobody may act.
   */
  // A method, so that a parameter declared as Express's Request is accepted.
  authorize?(request: IncomingMessage): ReturnType<Authorize>
  /**
   * Whether the page of a breaker shows the message of its last failure. It is the error's own, and may hold a secret. Default:
   * false. Names and codes of errors are always shown.
   */
  errorMessages?: boolean
}

/** A handler for node:http, and a middleware for Express and those like it. */
export interface Dashboard {
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void
  /** Ends the streams of open pages and the history. Call it before `server.close()`, which waits for streams. */
  close(): void
}

/**
 * A page that shows what every breaker of a registry does now, why, and what it did before. It responds to every request below the
 * path at which it is mounted.
 * @throws TypeError naming the option, its value and the allowed values.
 */
export function dashboard(options: DashboardOptions): Dashboard {
  const own = ownOptions('dashboard', options, ['registry', 'fleet', 'authorize', 'errorMessages'])
  const { registry, fleet, authorize, errorMessages = false } = own
  const isRegistry = typeof registry?.has === 'function' && typeof registry[Symbol.iterator] === 'function'
  assertOption(isRegistry, 'registry', 'a CircuitBreakerRegistry', registry)
  const methods = ['list', 'forceOpen', 'forceClosed', 'resume'] as const
  const isFleet = fleet === undefined || methods.every((name) => typeof fleet?.[name] === 'function')
  assertOption(isFleet, 'fleet', 'what joinFleet of @cb/redis resolves to', fleet)
  if (authorize !== undefined) checkFunction('authorize', authorize)
  checkBoolean('errorMessages', errorMessages)

  const history = new History((breaker) => registry.has(breaker.name))
  const latencies = new Latencies()
  const watch = fleet && new FleetWatch(fleet, (name) => registry.has(name))
  const stream = new Stream(new Feed(registry, history, authorize !== undefined, watch))
  const site: Site = { breakers: registry, fleet: watch, authorize, errorMessages, history, latencies, stream }
  const handler: Dashboard = (request, response, next) => {
    respond(site, request, response).catch((error) => {
      if (response.headersSent) response.destroy()
      else if (error instanceof Problem) error.send(response, sendJson)
      else if (next !== undefined) next(error)
      else {
        warnOnce('@cb/dashboard', site, 'a request failed', error)
        new Problem(500, 'The request failed.').send(response, sendJson)
      }
    })
  }
  handler.close = () => {
    history.close()
    latencies.close()
    stream.close()
  }
  return handler
}
