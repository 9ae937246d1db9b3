import { constantSecond, defaults, fiveInARow, none, ramped, rate, slowCalls, throttle } from '../policies.js'
import { isWithin, promptly, silence } from './scenario.js'

const faults = [{ from: 15_000, to: 45_000 }]

/** @type {import('./scenario.js').Scenario} */
export const outage = {
  id: 'total-outage',
  title: 'Total outage',
  story: 'For 30 s there is no answer: the host is gone, and each call waits for its timeout.',
  lesson:
    'With a breaker mostly the calls of the first second reach the dependency, before the first timeout. Ten or five failures in a row are reached with the first timeouts; a rate, of failures or of slow calls, takes 5 s to reach a half in a window of 10 s, and `adaptiveThrottle`, with a window of 30 s, begins when half of the outage is over: it is not made for this. After the fault the backoff delays recovery: it has grown with the outage, and how much of it is left when the fault ends is random. A constant second recovers at once, at the price of few more calls during the outage. A ramp adds its own duration.',
  length: 110_000,
  faults,
  policies: [none, defaults, constantSecond, fiveInARow, rate, slowCalls, throttle, ramped],
  dependency: () => ({ answer: (call, at) => (isWithin(faults, at) ? silence : promptly(call, true)) }),
}
