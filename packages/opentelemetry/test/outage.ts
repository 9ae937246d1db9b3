import { CircuitBreaker, failureRate } from '@cb/core'
import { type FakeClock, fakeClock } from '@cb/test-kit'
import { type Tracer, trace } from '@opentelemetry/api'

/** The error of a failing dependency. */
export const connectionError: Error & { code: string } = Object.assign(
  new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  {
    code: 'ECONNREFUSED',
  },
)

export interface Outage {
  readonly breaker: CircuitBreaker
  readonly clock: FakeClock
  /** A call of half a second that succeeds or fails, inside its own span. */
  request(fails?: boolean): Promise<void>
}

/** A breaker that opens when half of four calls fail, for ten seconds, and closes after one successful probe. */
export function outage(tracer: Tracer, name = 'payments'): Outage {
  const clock = fakeClock(1_000)
  const breaker = new CircuitBreaker({
    name,
    trip: failureRate({ threshold: 0.5, minimumCalls: 4 }),
    openDuration: 10_000,
    halfOpen: { successThreshold: 1 },
    now: clock.now,
  })
  const call = async (fails: boolean) => {
    await Promise.resolve()
    clock.advance(500)
    if (fails) throw connectionError
  }
  return {
    breaker,
    clock,
    request: (fails = false) =>
      tracer.startActiveSpan('request', async (span) => {
        await breaker.execute(() => call(fails)).catch(() => {})
        span.end()
      }),
  }
}

/** Two successes and two failures that open the breaker, a rejection, a failed probe and a successful one. */
export async function fullOutage(name?: string): Promise<Outage> {
  const story = outage(trace.getTracer('application'), name)
  await story.request()
  await story.request()
  await story.request(true)
  await story.request(true)
  await story.request()
  story.clock.advance(10_000)
  await story.request(true)
  story.clock.advance(10_000)
  await story.request()
  return story
}
