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
  sees: 'one call hangs and the breaker refuses all others for ever, though the dependency is well again',
  posed:
    'a timeout of 10 s: `callTimeout`, the default of opossum, cockatiel `wrap(breaker, timeout(10_000, Aggressive))`',
  pose: {
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
  sees: 'as 4a, for those who leave timeouts to their HTTP client',
  posed: 'no timeout: the default of @cb/core and of cockatiel, opossum `timeout: false`',
  pose: {
    '@cb/core': () => coreBreaker(),
    opossum: (lib) => opossumBreaker(lib, { timeout: false }),
    cockatiel: (lib) => cockatielBreaker(lib),
  },
  play: hungProbe,
})

export const othersRejected = scenario({
  id: '8',
  title: 'while a probe is in flight, others are rejected at once and do not wait for it',
  sees: 'callers pile up behind one slow probe, with their sockets and memory, and then all call at the same moment',
  posed: 'half-open, a probe that waits, 1000 callers; then the probe succeeds',
  pose: standard,
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
  sees: 'a dependency that has just come back gets everything at once and falls over again',
  posed: 'half-open, 100 callers at the same moment, one probe allowed',
  pose: standard,
  async play(make, time) {
    const breaker = make()
    await open(breaker)
    await time.advance(openDuration)
    const calls = await start(breaker, 100)
    const admitted = calls.filter((call) => call.admitted).length
    return admitted === 1 ? null : `${admitted} of 100 admitted`
  },
})
