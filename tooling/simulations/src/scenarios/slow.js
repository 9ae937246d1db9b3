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
    'From 15 s on the latency grows by 80 ms each second, from 40 ms to 2.4 s; at 60 s it is back at 40 ms. The fault is counted from where it passes the call timeout of 1 s on average.',
  lesson:
    'Policies that look at failures see nothing until calls exceed their timeout, and by then two hundred callers wait. `slowCallRate` opens while nearly all calls still succeed, slowly: hardly anybody waits for nothing, and for a while answers that would have come late are refused; that is its bargain. While it is slow but not too slow for the timeout, a slow probe that succeeds closes the breaker again; `halfOpen.callTimeout` makes such a probe fail. `adaptiveThrottle` is again the last to see it.',
  length: 105_000,
  faults: [{ from: isBeyondTimeoutFrom, to: endsAt }],
  policies: [none, defaults, fiveInARow, rate, slowCalls, slowCallsAndProbes, throttle],
  dependency: () => ({ answer: (call, at) => ({ ok: true, latency: latencyAt(at) * call.slowness }) }),
}
