import { defaults, fiveInARow, lowThreshold, none, perShard, rate, throttle } from '../policies.js'
import { isWithin, promptly } from './scenario.js'

const faults = [{ from: 15_000, to: 45_000 }]

/** @type {import('./scenario.js').Scenario} */
export const shard = {
  id: 'one-shard-of-ten',
  title: 'One shard of ten fails',
  story: 'For 30 s each call to one of ten shards fails promptly; the other nine work.',
  lesson:
    'A tenth of the calls fails, and the other nine tenths must not be rejected for it: the defaults and `adaptiveThrottle` reject nothing, so the failing calls are made as well. Five failures in a row sometimes happen by chance at this traffic. A threshold below the share of one shard rejects calls to shards that work. Only a breaker for each shard (`CircuitBreakerRegistry`) distinguishes the broken shard; the good calls that it rejects are those to this shard after the fault, until its backoff ends.',
  length: 90_000,
  faults,
  policies: [none, defaults, fiveInARow, rate, lowThreshold, throttle, perShard],
  dependency: () => ({ answer: (call, at) => promptly(call, call.shard !== 3 || !isWithin(faults, at)) }),
}
