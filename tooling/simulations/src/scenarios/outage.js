import { defaults, fiveInARow, none, ramped, rate, slowCalls, steady, throttle } from '../policies.js'
import { isWithin, promptly, silence } from './scenario.js'

const faults = [{ from: 15_000, to: 45_000 }]

/** @type {import('./scenario.js').Scenario} */
export const outage = {
  id: 'total-outage',
  title: 'Total outage',
  story: 'For 30 s nothing answers: the host is gone, and each call waits for its timeout.',
  lesson:
    'What remains with a breaker is mostly the first second, in which nobody can know yet. Ten or five failures in a row are seen as soon as the first timeouts are; a rate, of failures or of slow calls, takes 5 s to reach half of what a window of 10 s remembers, and `adaptiveThrottle`, whose window is 30 s, begins when half of the outage is over: it is not made for this. After the fault the backoff is the price: it has grown with the outage, and where it stands when the fault ends is chance. A constant second comes back at once, for hardly more calls to what is down. A ramp adds its own duration.',
  length: 110_000,
  faults,
  policies: [none, defaults, steady, fiveInARow, rate, slowCalls, throttle, ramped],
  dependency: () => ({ answer: (call, at) => (isWithin(faults, at) ? silence : promptly(call, true)) }),
}
