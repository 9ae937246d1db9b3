import { CircuitBreaker, failureRate, timeWindow } from '@cb/core'
import { cockatielBreaker, coreBreaker, opossumBreaker, standard } from '../breakers.js'
import { admits, ensure, failing, open, openDuration } from '../call.js'
import { scenario } from '../scenario.js'

const hour = 3_600_000

export const outageAfterStepBack = scenario({
  id: '1a',
  title: 'the wall clock steps back an hour; an outage after it opens the breaker',
  symptom: 'after an NTP correction the breaker never opens again: every call of an outage is made',
  setup:
    'one call a second for 30 s, the step, then ten failing calls a second for a minute; each on its default clock',
  breakers: standard,
  async play(make, time) {
    const breaker = make()
    for (let n = 0; n < 30; n++) {
      await admits(breaker)
      await time.advance(1_000)
    }
    time.stepBack(hour)
    let admitted = 0
    for (let n = 0; n < 600; n++) {
      admitted += await failing(breaker, 1)
      await time.advance(100)
    }
    return admitted < 600 ? null : '600 of 600 failing calls admitted'
  },
})

export const recoveryAfterStepBack = scenario({
  id: '1b',
  title: 'the wall clock steps back an hour while open; a call is admitted after the open duration of 1 s',
  symptom: 'after an NTP correction a breaker stays open for an hour, though the dependency has recovered',
  setup: 'opened by ten failures, then the step; each on its default clock',
  breakers: standard,
  async play(make, time) {
    const breaker = make()
    await open(breaker)
    time.stepBack(hour)
    await time.advance(openDuration)
    if (await admits(breaker)) return null
    await time.advance(hour - 2 * openDuration)
    return (await admits(breaker)) ? 'open for less than an hour' : 'open for an hour'
  },
})

const window = 5_000

export const idleHour = scenario({
  id: '9',
  title: 'an idle hour empties a window of 5 s',
  symptom: 'one failure in the morning opens the breaker, because the failures of last night still count',
  setup:
    'opens at ten calls, half of them failed, within 5 s: nine failures, an hour without calls, one failure; `minimumCalls: 10`, `volumeThreshold: 10`, `minimumRps: 2`',
  breakers: {
    '@cb/core': () =>
      coreBreaker({ trip: failureRate({ threshold: 0.5, minimumCalls: 10, window: timeWindow(window) }) }),
    opossum: (lib) => opossumBreaker(lib, { rollingCountTimeout: window }),
    cockatiel: (lib) =>
      cockatielBreaker(lib, {
        breaker: new lib.SamplingBreaker({ threshold: 0.5, duration: window, minimumRps: 2 }),
      }),
  },
  async play(make, time) {
    await open(make())
    const other = make()
    await failing(other, 9)
    ensure(await admits(other), 'nine failures have opened the breaker')
    const breaker = make()
    await failing(breaker, 9)
    await time.advance(hour)
    await failing(breaker, 1)
    return (await admits(breaker)) ? null : 'one failure opens it'
  },
})

export const lowTraffic = scenario({
  id: '12',
  title: 'an outage at low traffic opens a breaker with default options',
  symptom: 'a dependency that gets one call in five seconds is down for ten minutes, and the breaker never opens',
  setup:
    '120 failing calls, one in 5 s; no options; for cockatiel, which has no defaults, the first example of its README: `new ConsecutiveBreaker(5)`',
  breakers: {
    '@cb/core': () => {
      const breaker = new CircuitBreaker()
      return { call: (fn) => breaker.execute(fn) }
    },
    opossum: (lib) => {
      const breaker = new lib((/** @type {() => Promise<unknown>} */ fn) => fn())
      return { call: (fn) => breaker.fire(fn) }
    },
    cockatiel: (lib) => {
      const breaker = new lib.ConsecutiveBreaker(5)
      const policy = lib.circuitBreaker(lib.handleAll, { halfOpenAfter: 10_000, breaker })
      return { call: (fn) => policy.execute(fn) }
    },
  },
  async play(make, time) {
    const breaker = make()
    let admitted = 0
    for (let n = 0; n < 120; n++) {
      admitted += await failing(breaker, 1)
      await time.advance(5_000)
    }
    return admitted < 120 ? null : '120 of 120 failing calls admitted'
  },
})
