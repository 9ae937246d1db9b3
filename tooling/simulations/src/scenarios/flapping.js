import { defaults, fiveInARow, none, ramped, rate, steady, throttle } from '../policies.js'
import { isWithin, promptly } from './scenario.js'

const faults = [0, 1, 2, 3, 4, 5].map((n) => ({ from: 5_000 + n * 10_000, to: 10_000 + n * 10_000 }))

/** @type {import('./scenario.js').Scenario} */
export const flapping = {
  id: 'flapping',
  title: 'Flapping: 5 s up, 5 s down',
  story: 'Six times it answers for 5 s, and then each call with an error, promptly, for 5 s; then it stays up.',
  lesson:
    'A breaker that opens quickly costs good calls here, for its open duration grows past the 5 s for which the dependency is up; a constant second loses little. A rate over 10 s reaches a half when the time down is nearly over, so it opens too late to help; `adaptiveThrottle` refuses next to nothing, for half of its window is good. A ramp of 20 s is longer than any time up, and each relapse goes on with the backoff: it keeps nearly everything away. Errors are prompt here, so an open breaker saves the callers little.',
  length: 110_000,
  faults,
  policies: [none, defaults, steady, fiveInARow, rate, throttle, ramped],
  dependency: () => ({ answer: (call, at) => promptly(call, !isWithin(faults, at)) }),
}
