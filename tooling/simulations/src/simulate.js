import { Agenda } from './agenda.js'
import { Measurement } from './measurement.js'
import { seededRandom } from './seeded-random.js'

/**
 * Plays one scenario behind one policy, from moment to moment: nothing sleeps, and the same calls and seed give the same result.
 * @param {import('./scenarios/scenario.js').Scenario} scenario @param {import('./policies.js').Policy} policy
 * @param {readonly import('./calls.js').Call[]} calls @param {number} seed  of the breaker's random numbers
 */
export function simulate(scenario, policy, calls, seed) {
  let time = 0
  const admit = policy.start({ now: () => time, random: seededRandom(seed) })
  const dependency = scenario.dependency()
  const measurement = new Measurement(scenario)
  /** @type {Agenda<() => void>} */
  const settlements = new Agenda()

  /** @param {number} until */
  const settle = (until) => {
    for (let due = settlements.next(until); due !== undefined; due = settlements.next(until)) {
      time = due.at
      due.what()
    }
  }

  for (const call of calls) {
    settle(call.at)
    time = call.at
    const { admission, callTimeout } = admit(call)
    if (admission.admitted) dependency.reached?.(time)
    const { ok, latency } = dependency.answer(call, time)
    const good = ok && latency <= callTimeout
    if (!admission.admitted) {
      measurement.rejected(time, good)
      continue
    }
    const wait = Math.min(latency, callTimeout)
    settlements.add(time + wait, () => admission.settle(good ? 'success' : 'failure'))
    measurement.called(time, good, wait, settlements.size)
  }
  settle(Number.POSITIVE_INFINITY)
  return measurement.result(dependency.relapses?.())
}
