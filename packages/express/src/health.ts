import { checkBoolean, checkObject, format } from '@cb/checks'
import type { CircuitBreaker, StateName } from '@cb/core'
import { type BreakerSource, checkSource } from './check-breakers.ts'
import type { Middleware } from './middleware.ts'
import { sendJson } from './send-json.ts'
import { summarize } from './summary.ts'

/** Options of `health`: `registry` or `breakers`, and the others. */
export interface HealthOptions extends BreakerSource {
  /**
   * Names of breakers without which this process can't do its work: readiness is 503 while one of them is open. Default none, because a
   * degraded service should still get traffic. A name without a breaker does not make readiness fail.
   */
  critical?: readonly string[]
  /** Whether the body of readiness contains the breakers' names, states and counts. Default false, because the path may be public. */
  details?: boolean
}

interface Settings {
  readonly breakers: Iterable<CircuitBreaker>
  readonly critical: ReadonlySet<string>
  readonly details: boolean
}

/** The most breakers in the details: with one breaker per host there can be many. */
const maxInDetail = 1_000

/**
 * Serves GET and HEAD of `/live`, `/ready` and `/` (the same as `/ready`), below its path; any other request goes to the next handler.
 * Liveness is always 200, because a restart does not repair a dependency. Readiness is 503 while a critical breaker is open. Half-open
 * is ready, because a breaker can't recover without traffic.
 * @throws TypeError naming the option, its value and the allowed values.
 */
export function health(options: HealthOptions): Middleware {
  const settings = parseOptions(options)
  return (req, res, next) => {
    const path = req.url?.split('?', 1)[0]
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    if (path === '/live') return sendJson(res, 200, { status: 'ok' })
    if (path !== '/ready' && path !== '/') return next()
    const critical = criticalStates(settings)
    const ready = !critical.some(({ state }) => state === 'open')
    const details = settings.details ? { critical, ...summarize(settings.breakers, maxInDetail) } : {}
    sendJson(res, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', ...details })
  }
}

/** The state of each critical breaker; `unknown` for a name without a breaker. */
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

function parseOptions(options: HealthOptions): Settings {
  checkObject('health', options, ['registry', 'breakers', 'critical', 'details'])
  const { critical = [], details = false } = options
  const breakers = checkSource('health', options)
  if (!Array.isArray(critical) || !critical.every((name) => typeof name === 'string' && name !== '')) {
    throw new TypeError(`critical must be an array of breakers' names, got ${format(critical)}`)
  }
  return { breakers, critical: new Set(critical), details: checkBoolean('details', details) }
}
