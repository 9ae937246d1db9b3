import { defaults, fiveInARow, none, ramped, rate, steady, throttle } from '../policies.js'
import { isWithin, promptly } from './scenario.js'

const faults = [{ from: 10_000, to: 25_000 }]
const coldCapacity = 60 // calls per second
const warmCapacity = 400
const warmUp = 20_000
const restart = 5_000

/** Cold caches, empty pools: it can take little at first, and falls over when it gets more. @returns {import('./scenario.js').Dependency} */
function coldAfterRestart() {
  let upSince = Number.NEGATIVE_INFINITY
  let relapses = 0
  /** When the calls of the last second came, the oldest first. @type {number[]} */
  let recent = []
  const isUp = (/** @type {number} */ at) => at >= upSince && !isWithin(faults, at)
  return {
    answer: (call, at) => promptly(call, isUp(at)),
    reached(at) {
      if (isWithin(faults, at)) {
        upSince = faults[0]?.to ?? 0
        return
      }
      if (!isUp(at)) return
      recent.push(at)
      while ((recent[0] ?? at) <= at - 1_000) recent.shift()
      const warmth = Math.min(1, (at - upSince) / warmUp)
      if (recent.length <= coldCapacity + (warmCapacity - coldCapacity) * warmth) return
      upSince = at + restart
      recent = []
      relapses++
    },
    relapses: () => relapses,
  }
}

/** @type {import('./scenario.js').Scenario} */
export const burst = {
  id: 'burst-after-recovery',
  title: 'Traffic burst after recovery',
  story:
    'For 15 s it is down, each call an error, promptly. After that it is cold: it can take 60 calls in a second, and 20 s later 400. When it gets more it falls over, is down for 5 s, and is cold again.',
  lesson:
    'Two good probes say nothing about two hundred calls a second. Without a breaker it is broken again as soon as it is up, for ever. A breaker that closes at once does the same to it, until by luck it stays open long enough for the dependency to get warm. With a ramp it is never broken again. `adaptiveThrottle` has hardly begun to throttle when the dependency first comes back, and breaks it; later it lets traffic back as successes come in, which is a ramp of its own.',
  length: 150_000,
  faults,
  policies: [none, defaults, steady, fiveInARow, rate, throttle, ramped],
  dependency: coldAfterRestart,
}
