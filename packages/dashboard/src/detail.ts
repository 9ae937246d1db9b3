import type { CircuitBreaker } from '@cb/core'
import type { History } from './history.ts'
import type { Latencies } from './latency.ts'
import type { Detail } from './wire.ts'

export function detailOf(
  breaker: CircuitBreaker,
  { history, latencies, errorMessages }: { history: History; latencies: Latencies; errorMessages: boolean },
): Detail {
  const snapshot = breaker.snapshot()
  const { name, opens, closes, timeouts, fallbacks, shadowed, lastFailure } = snapshot
  const { probes, recovery, admission, config } = snapshot
  const { slots, since } = latencies.of(breaker)
  return {
    name,
    now: Date.now(),
    opens,
    closes,
    timeouts,
    fallbacks,
    shadowed,
    failureMessage: errorMessages ? (lastFailure?.message ?? null) : null,
    probes,
    recovery,
    admission,
    config,
    transitions: history.of(breaker),
    latency: slots,
    measuredSince: since,
  }
}
