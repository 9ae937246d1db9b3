import { constantSecond, defaults, fiveInARow, none, ramped, rate, throttle } from '../policies.js'
import { isWithin, promptly } from './scenario.js'

const faults = [{ from: 10_000, to: 25_000 }]
const coldCapacity = 60 // calls per second
const warmCapacity = 400
const warmUp = 20_000
const restart = 5_000

/** Cold caches, empty pools: it has little capacity at first, and breaks down when it gets more. @returns {import('./scenario.js').Dependency} */
function coldAfterRestart() {
  let upSince = Number.NEGATIVE_INFINITY
  let relapses = 0
  /** When the calls of the last second arrived, the oldest first. @type {number[]} */
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
    'For 15 s each call fails promptly. After that the dependency is cold: its capacity is 60 calls in a second, and 400 after 20 s. When it gets more it breaks down for 5 s, and is cold again.',
  lesson:
    'Two successful probes do not predict two hundred calls a second. Without a breaker the dependency breaks down again as soon as it is up, for ever. A breaker that admits all calls when it closes has the same effect, until by chance it stays open long enough for the dependency to warm up. With a ramp the dependency never breaks down again. `adaptiveThrottle` has hardly begun to throttle when the dependency first recovers, and breaks it; later it admits more as calls succeed, like a ramp.',
  length: 150_000,
  faults,
  policies: [none, defaults, constantSecond, fiveInARow, rate, throttle, ramped],
  dependency: coldAfterRestart,
}
