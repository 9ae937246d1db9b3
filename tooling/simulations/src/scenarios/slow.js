import { defaults, fiveInARow, none, rate, slowCalls, slowCallsAndProbes, throttle } from '../policies.js'
import { usualLatency } from './scenario.js'

const growsFrom = 15_000
const growthEndsAt = 45_000
const endsAt = 60_000
const growth = 80 / 1_000 // milliseconds per millisecond
const isBeyondTimeoutFrom = growsFrom + (1_000 - usualLatency) / growth

/** @param {number} at */
function latencyAt(at) {
  if (at < growsFrom || at >= endsAt) return usualLatency
  return usualLatency + growth * (Math.min(at, growthEndsAt) - growsFrom)
}

/** @type {import('./scenario.js').Scenario} */
export const slow = {
  id: 'slow-dependency',
  title: 'Slow dependency',
  story:
    'From 15 s on the latency grows by 80 ms each second, from 40 ms to 2.4 s; at 60 s it is 40 ms again. The fault begins where the mean latency exceeds the call timeout of 1 s.',
  lesson:
    'Policies that count failures do not react until calls exceed their timeout, and by then two hundred callers wait. `slowCallRate` opens while nearly all calls still succeed, slowly: hardly any caller waits in vain, and in exchange some calls are rejected that would have succeeded slowly. While the latency is below the timeout, a slow probe that succeeds closes the breaker again; `halfOpen.callTimeout` makes such a probe fail. `adaptiveThrottle` is again the last to react.',
  length: 105_000,
  faults: [{ from: isBeyondTimeoutFrom, to: endsAt }],
  policies: [none, defaults, fiveInARow, rate, slowCalls, slowCallsAndProbes, throttle],
  dependency: () => ({ answer: (call, at) => ({ ok: true, latency: latencyAt(at) * call.slowness }) }),
}
