import { defaults, fiveInARow, none, perShard, rate, throttle, touchy } from '../policies.js'
import { isWithin, promptly } from './scenario.js'

const faults = [{ from: 15_000, to: 45_000 }]

/** @type {import('./scenario.js').Scenario} */
export const shard = {
  id: 'one-shard-of-ten',
  title: 'One shard of ten fails',
  story: 'For 30 s one of ten shards answers each call with an error, promptly; the other nine work.',
  lesson:
    'A tenth of the calls fails, and nine tenths must not be refused for it: the defaults and `adaptiveThrottle` refuse nothing, and keep nothing away either. Five in a row happen by chance now and then at this traffic. A threshold below the share of one shard refuses what works. Only a breaker for each shard (`CircuitBreakerRegistry`) tells the broken shard from the others; what it refuses is that one shard, after the fault, until its backoff ends.',
  length: 90_000,
  faults,
  policies: [none, defaults, fiveInARow, rate, touchy, throttle, perShard],
  dependency: () => ({ answer: (call, at) => promptly(call, call.shard !== 3 || !isWithin(faults, at)) }),
}
