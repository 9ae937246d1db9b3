import { constantSecond, defaults, fiveInARow, none, ramped, rate, throttle } from '../policies.js'
import { isWithin, promptly } from './scenario.js'

const faults = [0, 1, 2, 3, 4, 5].map((n) => ({ from: 5_000 + n * 10_000, to: 10_000 + n * 10_000 }))

/** @type {import('./scenario.js').Scenario} */
export const flapping = {
  id: 'flapping',
  title: 'Flapping: 5 s up, 5 s down',
  story: 'Six times the dependency answers for 5 s, and then each call fails promptly for 5 s; then it stays up.',
  lesson:
    'A breaker that opens quickly rejects good calls here, because its open duration grows beyond the 5 s for which the dependency is up; a constant second rejects few. A rate over 10 s reaches a half when the dependency is nearly up again, so it opens too late to help; `adaptiveThrottle` rejects very little, because half of the calls in its window succeed. A ramp of 20 s is longer than any time up, and each relapse continues the backoff: it rejects nearly everything. Errors are prompt here, so an open breaker saves callers little time.',
  length: 110_000,
  faults,
  policies: [none, defaults, constantSecond, fiveInARow, rate, throttle, ramped],
  dependency: () => ({ answer: (call, at) => promptly(call, !isWithin(faults, at)) }),
}
