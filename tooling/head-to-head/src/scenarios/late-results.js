import { cockatielBreaker, coreBreaker, opossumBreaker, standard } from '../breakers.js'
import { Call, probe, start } from '../call.js'
import { scenario } from '../scenario.js'

const abort = () => new DOMException('cancelled', 'AbortError')
const isAbort = (/** @type {unknown} */ error) => error instanceof Error && error.name === 'AbortError'

/** Cancelled calls are ignored, as each library is configured for that. */
const neutralAborts = {
  '@cb/core': () => coreBreaker(),
  opossum: (/** @type {import('../libraries.js').Opossum} */ lib) => opossumBreaker(lib, { errorFilter: isAbort }),
  cockatiel: (/** @type {import('../libraries.js').Cockatiel} */ lib) =>
    cockatielBreaker(lib, { policy: lib.handleWhen((error) => !isAbort(error)) }),
}

export const lateSuccess = scenario({
  id: '2',
  title: 'a call that began while closed and succeeds late does not close a half-open breaker',
  symptom:
    'the breaker closes on an outdated result while its probe is still in flight, and the full load hits a dependency that is down',
  setup: 'a slow call, ten failures, half-open, a probe in flight; the slow call succeeds, then 20 calls',
  breakers: standard,
  async play(make, time) {
    const breaker = make()
    const slow = new Call(breaker)
    await probe(breaker, time)
    await slow.succeed()
    return admittedOf(await start(breaker, 20), 0)
  },
})

export const lateIgnored = scenario({
  id: '3',
  title: 'calls that began while closed and are cancelled late admit no call to a half-open breaker',
  symptom: 'each old call that is cancelled admits one more call, whatever the limit of probes',
  setup:
    'as 2, with five slow calls that end with an `AbortError`; it is ignored: @cb/core by default, opossum `errorFilter`, cockatiel `handleWhen`',
  breakers: neutralAborts,
  async play(make, time) {
    const breaker = make()
    const slow = await start(breaker, 5)
    await probe(breaker, time)
    const others = []
    for (const call of slow) {
      await call.fail(abort())
      others.push(...(await start(breaker, 4)))
    }
    return admittedOf(others, 0)
  },
})

export const cancelledProbe = scenario({
  id: '5',
  title: 'a probe that its caller cancels does not close the breaker',
  symptom:
    'a user closes a browser tab, the breaker closes as if the dependency had recovered, and the full load hits it',
  setup: 'the probe ends with an `AbortError`, ignored as in 3; then 20 calls, of which one may be the next probe',
  breakers: neutralAborts,
  async play(make, time) {
    const breaker = make()
    const cancelled = await probe(breaker, time)
    await cancelled.fail(abort())
    return admittedOf(await start(breaker, 20), 1)
  },
})

/** @param {readonly Call[]} calls @param {number} allowed */
function admittedOf(calls, allowed) {
  const admitted = calls.filter((call) => call.admitted).length
  return admitted <= allowed ? null : `${admitted} of ${calls.length} admitted`
}
