import { cockatielBreaker, coreBreaker, opossumBreaker, standard } from '../breakers.js'
import { admits, open, openDuration, probe, start } from '../call.js'
import { scenario } from '../scenario.js'

/** @param {() => import('../call.js').Breaker} make @param {import('../time.js').Time} time */
async function hungProbe(make, time) {
  const breaker = make()
  await probe(breaker, time)
  for (let minute = 0; minute < 60; minute++) {
    await time.advance(60_000)
    if (await admits(breaker)) return null
  }
  return 'no call admitted for an hour'
}

export const hungProbeWithTimeout = scenario({
  id: '4a',
  title: 'a probe that never settles does not block the breaker, with a call timeout',
  symptom: 'one call hangs, and the breaker rejects all others for ever, though the dependency has recovered',
  setup:
    'a timeout of 10 s: `callTimeout`, the default of opossum, cockatiel `wrap(breaker, timeout(10_000, Aggressive))`',
  breakers: {
    '@cb/core': () => coreBreaker({ callTimeout: 10_000 }),
    opossum: (lib) => opossumBreaker(lib),
    cockatiel: (lib) => {
      const { breaker } = cockatielBreaker(lib)
      const policy = lib.wrap(breaker, lib.timeout(10_000, lib.TimeoutStrategy.Aggressive))
      return { call: (fn) => policy.execute(fn) }
    },
  },
  play: hungProbe,
})

export const hungProbeWithoutTimeout = scenario({
  id: '4b',
  title: 'a probe that never settles does not block the breaker, without a call timeout',
  symptom: 'as 4a, where the HTTP client has the timeout',
  setup: 'no timeout: the default of @cb/core and of cockatiel, opossum `timeout: false`',
  breakers: {
    '@cb/core': () => coreBreaker(),
    opossum: (lib) => opossumBreaker(lib, { timeout: false }),
    cockatiel: (lib) => cockatielBreaker(lib),
  },
  play: hungProbe,
})

export const othersRejected = scenario({
  id: '8',
  title: 'while a probe is in flight, other calls are rejected at once and do not wait for it',
  symptom: 'callers wait for one slow probe, with their sockets and memory, and then all call at the same moment',
  setup: 'half-open, a probe in flight, 1000 calls; then the probe succeeds',
  breakers: standard,
  async play(make, time) {
    const breaker = make()
    const first = await probe(breaker, time)
    const others = await start(breaker, 1_000)
    const waiting = others.filter((call) => call.result === 'pending').length
    if (waiting === 0) return null
    await first.succeed()
    const admitted = others.filter((call) => call.admitted).length
    return `${waiting} of 1000 wait, then ${admitted} call at once`
  },
})

export const boundedProbes = scenario({
  id: '11',
  title: 'no more calls than configured reach the dependency while half-open',
  symptom: 'a dependency that has just recovered gets the full load at once and fails again',
  setup: 'half-open, 100 calls at the same moment, one probe allowed',
  breakers: standard,
  async play(make, time) {
    const breaker = make()
    await open(breaker)
    await time.advance(openDuration)
    const calls = await start(breaker, 100)
    const admitted = calls.filter((call) => call.admitted).length
    return admitted === 1 ? null : `${admitted} of 100 admitted`
  },
})
