import { checkBoolean, ownOptions } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { type BreakerSource, checkSource } from './check-breakers.ts'
import { type Critical, CriticalBreakers, parseCritical } from './critical.ts'
import type { Middleware } from './middleware.ts'
import { sendJson } from './send-json.ts'
import { summarize } from './summary.ts'

/** Options of `health`: `registry` or `breakers`, and the others. */
export interface HealthOptions extends BreakerSource {
  /**
   * Breakers without which this process can't do its work, by name: readiness is 503 while one of them is open. Of a group,
   * `{ anyOf: ['mail-a', 'mail-b'] }`, one that is not open is enough. Default none, because a degraded service should still get
   * traffic. A name that no breaker has makes readiness 503 too, with the reason, because a misspelt name would protect nothing: create
   * critical breakers at the start.
   */
  critical?: readonly Critical[]
  /** Whether the body of readiness contains the breakers' names, states and counts. Default false, because the path may be public. */
  details?: boolean
}

interface Settings {
  readonly breakers: Iterable<CircuitBreaker>
  readonly critical: CriticalBreakers
  readonly details: boolean
}

/** The most breakers in the details: with one breaker per host there can be many. */
const maxInDetail = 1_000

/**
 * Serves GET and HEAD of `/live`, `/ready` and `/` (the same as `/ready`), below its path; any other request goes to the next handler.
 * Liveness is always 200, because a restart does not repair a dependency. Readiness is 503 while a critical breaker is open, or does not
 * exist. Half-open is ready, because a breaker can't recover without traffic.
 * @throws TypeError naming the option, its value and the allowed values.
 */
export function health(options: HealthOptions): Middleware {
  const settings = parseOptions(options)
  return (req, res, next) => {
    const path = req.url?.split('?', 1)[0]
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    if (path === '/live') return sendJson(res, 200, { status: 'ok' })
    if (path !== '/ready' && path !== '/') return next()
    const { ready, reason, critical } = settings.critical.check(settings.breakers)
    const details = settings.details ? { critical, ...summarize(settings.breakers, maxInDetail) } : {}
    sendJson(res, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', reason, ...details })
  }
}

function parseOptions(options: HealthOptions): Settings {
  const own = ownOptions('health', options, ['registry', 'breakers', 'critical', 'details'])
  const { critical = [], details = false } = own
  const breakers = checkSource('health', own)
  return {
    breakers,
    critical: new CriticalBreakers(parseCritical(critical)),
    details: checkBoolean('details', details),
  }
}
