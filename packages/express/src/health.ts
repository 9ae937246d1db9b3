import type { ServerResponse } from 'node:http'
import { checkObject, show } from '@cb/checks'
import type { CircuitBreaker, CircuitBreakerSnapshot, StateName } from '@cb/core'
import { checkBreaker } from './check-breaker.ts'
import type { Middleware } from './middleware.ts'

/** What `health` may be given: `registry` or `breakers`, and the rest. */
export interface HealthOptions {
  /** A registry; breakers made later are seen as well. */
  registry?: Iterable<CircuitBreaker>
  /** Breakers, in anything that can be read again and again: an array, a set. */
  breakers?: Iterable<CircuitBreaker>
  /**
   * Names of the breakers without which this process can't do its work: readiness is 503 while one of them is open. Default
   * none: a service that degrades should go on getting traffic. A name that no breaker has yet does not make it fail.
   */
  critical?: readonly string[]
  /** Whether readiness also tells the breakers' names, states and counts. Default false: strangers may be asking. */
  details?: boolean
}

interface Settings {
  readonly breakers: Iterable<CircuitBreaker>
  readonly critical: ReadonlySet<string>
  readonly details: boolean
}

/** What is told of one breaker. */
export interface BreakerHealth
  extends Pick<CircuitBreakerSnapshot, 'name' | 'state' | 'retryAfterMs' | 'totals' | 'opens' | 'closes'> {
  /** The reason of its last transition; null before the first. */
  readonly reason: string | null
}

/** Breakers told in detail; a breaker per host could make many. */
const mostInDetail = 1_000

/**
 * Serves GET and HEAD of `/live`, `/ready` and `/` (the same as `/ready`), below where it is mounted; anything else goes on.
 * Liveness is always 200: a restart does not heal a dependency. Readiness is 503 while a critical breaker is open; half-open is
 * ready, for without traffic it could not recover.
 * @throws TypeError naming the option, what it was and what it may be.
 */
export function health(options: HealthOptions): Middleware {
  const settings = parseOptions(options)
  return (req, res, next) => {
    const path = req.url?.split('?', 1)[0]
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    if (path === '/live') return send(res, 200, { status: 'ok' })
    if (path !== '/ready' && path !== '/') return next()
    const critical = criticalStates(settings)
    const ready = !critical.some(({ state }) => state === 'open')
    const details = settings.details ? { critical, ...describe(settings.breakers) } : {}
    send(res, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', ...details })
  }
}

/** Each critical breaker's state; `unknown` for a name that no breaker has. */
function criticalStates({ breakers, critical }: Settings): { name: string; state: StateName | 'unknown' }[] {
  if (critical.size === 0) return []
  const states = []
  const unknown = new Set(critical)
  for (const breaker of breakers) {
    if (!critical.has(breaker.name)) continue
    states.push({ name: breaker.name, state: breaker.state })
    unknown.delete(breaker.name)
  }
  return [...states, ...Array.from(unknown, (name) => ({ name, state: 'unknown' as const }))]
}

function describe(breakers: Iterable<CircuitBreaker>): { breakers: BreakerHealth[]; truncated: boolean } {
  const told: BreakerHealth[] = []
  for (const breaker of breakers) {
    if (told.length === mostInDetail) return { breakers: told, truncated: true }
    const { name, state, retryAfterMs, totals, opens, closes, lastTransition } = breaker.snapshot()
    told.push({ name, state, retryAfterMs, totals, opens, closes, reason: lastTransition?.reason ?? null })
  }
  return { breakers: told, truncated: false }
}

function send(res: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Type', 'application/json')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}

function parseOptions(options: HealthOptions): Settings {
  checkObject('health', options, ['registry', 'breakers', 'critical', 'details'])
  const { registry, breakers, critical = [], details = false } = options
  if ((registry === undefined) === (breakers === undefined)) {
    throw new TypeError('health needs either a registry or breakers, and not both')
  }
  if (!Array.isArray(critical) || !critical.every((name) => typeof name === 'string' && name !== '')) {
    throw new TypeError(`critical must be an array of breakers' names, got ${show(critical)}`)
  }
  if (typeof details !== 'boolean') throw new TypeError(`details must be true or false, got ${show(details)}`)
  return {
    breakers: registry === undefined ? checkBreakers('breakers', breakers) : checkBreakers('registry', registry),
    critical: new Set(critical),
    details,
  }
}

function checkBreakers(option: string, value: unknown): Iterable<CircuitBreaker> {
  const breakers = value as Iterable<CircuitBreaker>
  const readable = typeof value === 'object' && value !== null && Symbol.iterator in value
  // A generator could be read once only, and the second question would find no breaker at all.
  if (!readable || Object.is(breakers[Symbol.iterator](), breakers)) {
    throw new TypeError(
      `${option} must hold breakers and be readable again, such as a registry or an array, got ${show(value)}`,
    )
  }
  for (const breaker of breakers) checkBreaker(`each of ${option}`, breaker)
  return breakers
}
