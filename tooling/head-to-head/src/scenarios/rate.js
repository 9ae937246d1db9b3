import { failureRate, timeWindow } from '@cb/core'
import { bulkhead } from 'cockatiel'
import { cockatielBreaker, coreBreaker, opossumBreaker, standard } from '../breakers.js'
import { admits, Call, ensure, failing, open, openDuration, start } from '../call.js'
import { scenario } from '../scenario.js'

const limit = 2

/** @typedef {import('../call.js').Breaker} Breaker */
/** @typedef {Breaker & { open: (self: Breaker) => Promise<void>, fill: () => Promise<readonly Call[]> }} Limited */

export const capacityRejection = scenario({
  id: '10a',
  title: 'a rejection by the local concurrency limit while half-open does not re-open the breaker',
  symptom:
    'the local limit is reached for a moment, and the breaker rejects all calls for another open duration, though the dependency received no call',
  setup:
    "a limit of two, reached when the next call begins and free after it: opossum `capacity: 2`, opened by `open()`; cockatiel's bulkhead around its breaker (inside it, its rejection is a failure); @cb/core has no limit of its own, so cockatiel's bulkhead inside `execute`",
  breakers: {
    '@cb/core': () => {
      const { call } = coreBreaker()
      const limiter = bulkhead(limit)
      return {
        call: (fn) => call(() => limiter.execute(fn)),
        open,
        fill: () => start({ call: (fn) => limiter.execute(fn) }, limit),
      }
    },
    opossum: (lib) => {
      const { breaker, call } = opossumBreaker(lib, { capacity: limit })
      /** @type {readonly Call[]} */
      let slow = []
      return {
        call,
        async open(/** @type {Breaker} */ self) {
          slow = await start(self, limit)
          breaker.open()
        },
        fill: async () => slow,
      }
    },
    cockatiel: (lib) => {
      const { call } = cockatielBreaker(lib)
      const limiter = lib.bulkhead(limit)
      return {
        call: (fn) => limiter.execute(() => call(fn)),
        open,
        fill: () => start({ call: (fn) => limiter.execute(fn) }, limit),
      }
    },
  },
  /** @param {() => Limited} make */
  async play(make, time) {
    const breaker = make()
    await breaker.open(breaker)
    const slow = await breaker.fill()
    ensure(slow.length === limit && slow.every((call) => call.admitted), 'the limit is not reached')
    await time.advance(openDuration)
    const rejected = new Call(breaker)
    await rejected.succeed()
    ensure(!rejected.admitted && rejected.result === 'rejected', 'the limit has not rejected the call')
    for (const call of slow) await call.succeed()
    return (await admits(breaker)) ? null : 're-opened'
  },
})

export const inFlightCalls = scenario({
  id: '10b',
  title: 'calls in flight do not dilute the failure rate',
  symptom:
    'the dependency slows down and then fails: every result is a failure, and the breaker stays closed because of the calls in flight',
  setup:
    '40 calls in flight, then 20 failures: all 20 results are failures; the threshold is half of at least ten (opossum opens when the calls in flight time out, after 10 s)',
  breakers: standard,
  async play(make) {
    await open(make(), 20)
    const breaker = make()
    await start(breaker, 40)
    await failing(breaker, 20)
    return (await admits(breaker)) ? 'closed after 20 of 20 failed' : null
  },
})

export const rejectedCalls = scenario({
  id: '10c',
  title: 'rejected calls do not dilute the failure rate',
  symptom:
    'the dependency fails again soon after it recovered, and the breaker stays closed because of the calls that it had rejected itself',
  setup: 'open, 200 rejected calls, a successful probe, then 20 failures within the same 10 s',
  breakers: standard,
  async play(make, time) {
    const breaker = make()
    await open(breaker)
    const rejected = await start(breaker, 200)
    ensure(
      rejected.every((call) => call.result === 'rejected'),
      'the breaker is not open',
    )
    await time.advance(openDuration)
    ensure(await admits(breaker), 'the probe was not admitted')
    await failing(breaker, 20)
    return (await admits(breaker)) ? 'closed after 20 of 20 failed' : null
  },
})

const window = 60_000
const bound = 20

export const costOfFailure = scenario({
  id: '10d',
  title: 'a failing call costs the same after a million successes as after a hundred',
  symptom: 'at high traffic each failure blocks the event loop, and with it every request of the process',
  setup: `medians of five failing calls, at most ${bound} times as long or 1 ms; a window of 60 s in each; opossum \`timeout: false\` to avoid a million timers, percentiles on as by default (\`rollingPercentilesEnabled: false\` avoids it)`,
  realTime: true,
  breakers: {
    '@cb/core': () => coreBreaker({ trip: failureRate({ threshold: 0.9, window: timeWindow(window) }) }),
    opossum: (lib) =>
      opossumBreaker(lib, { timeout: false, errorThresholdPercentage: 90, rollingCountTimeout: window }),
    cockatiel: (lib) =>
      cockatielBreaker(lib, {
        breaker: new lib.SamplingBreaker({ threshold: 0.9, duration: window, minimumRps: 1 }),
      }),
  },
  async play(make) {
    const few = await failureAfter(make(), 100)
    const many = await failureAfter(make(), 1_000_000)
    return many <= Math.max(bound * few, 1) ? null : 'grows with the calls in the window'
  },
})

/** Milliseconds of a failing call, in the median. @param {Breaker} breaker @param {number} successes */
async function failureAfter(breaker, successes) {
  const succeed = async () => {}
  const fail = async () => {
    throw new Error('down')
  }
  for (let n = 0; n < successes; n++) await breaker.call(succeed)
  const times = []
  for (let n = 0; n < 5; n++) {
    const began = performance.now()
    await breaker.call(fail).catch(() => {})
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return Number(times[2])
}
