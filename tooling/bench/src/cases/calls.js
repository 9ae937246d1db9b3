import { AsyncLocalStorage } from 'node:async_hooks'
import { everyone, manyProcesses, nanoseconds } from './case.js'
import { admitted, caught, inFlight, oneAfterTheOther, timed } from './loops.js'
import { open, tripped } from './open.js'
import { aTurnLater, fail, readAFile, succeed, succeedAtOnce, unrelated } from './work.js'

/** @typedef {import('./case.js').Case} Case */

/**
 * @param {string} title
 * @param {{
 *   work?: import('../subjects/subject.js').Work,
 *   wants?: import('../subjects/subject.js').Wants,
 *   loop?: import('./loops.js').Loop,
 *   atOnce?: number,
 *   without?: string[],
 *   thorough?: Case['thorough'],
 * }} how
 * @returns {Case}
 */
export function callCase(title, { work = succeed, wants, loop = oneAfterTheOther, atOnce, without = [], thorough }) {
  return {
    title,
    subjects: everyone.filter((name) => !without.some((other) => name.startsWith(other))),
    metrics: nanoseconds,
    floor: 'wrapper',
    ...(thorough && { thorough }),
    async prepare(name, roundMs) {
      const guard = await open(name)
      const round = await timed(loop, guard(work, wants), roundMs, atOnce)
      return async () => ({ ns: await round() })
    },
  }
}

/** @param {string} title @param {number} size @param {import('../subjects/subject.js').Work} [work] */
const concurrent = (title, size, work = succeed) => callCase(title, { work, loop: inFlight(size), atOnce: size })

/** @type {Case} */
const rejection = {
  ...callCase('rejected while open, awaited and caught', { thorough: manyProcesses }),
  async prepare(name, roundMs) {
    const round = await timed(caught, await tripped(await open(name), name, fail), roundMs)
    return async () => ({ ns: await round() })
  },
}

/** @type {Case} */
const megamorphic = {
  ...callCase('success, 64 breakers around 64 functions', { thorough: manyProcesses }),
  async prepare(name, roundMs) {
    const guard = await open(name)
    const calls = unrelated(64).map((work) => guard(work))
    let next = 0
    const round = await timed(oneAfterTheOther, () => /** @type {any} */ (calls[next++ & 63])(), roundMs)
    return async () => ({ ns: await round() })
  },
}

/** @type {Case} */
const localStorage = {
  ...callCase('success, inside AsyncLocalStorage', {}),
  async prepare(name, roundMs) {
    const call = (await open(name))(succeed)
    const storage = new AsyncLocalStorage()
    const round = await timed((call, calls) => storage.run({}, oneAfterTheOther, call, calls), call, roundMs)
    return async () => ({ ns: await round() })
  },
}

const noSyncWork = ['brakes', 'mollitia']
let outcomes = 0

/** @type {import('./case.js').Group} */
export const calls = {
  title: 'One call',
  byCase: true,
  description:
    'Ratios to the wrapper, which is `async`, `try`, `await` and `catch` around the same call. In the last two rows the call fails, also for the wrapper and the bare call. A dash: no such feature.',
  cases: {
    success: callCase('success', { thorough: manyProcesses }),
    sync: callCase('success, a function that returns no promise', { work: succeedAtOnce, without: noSyncWork }),
    'in-flight-100': concurrent('success, 100 in flight', 100),
    'in-flight-10000': concurrent('success, 10 000 in flight', 10_000),
    immediate: concurrent('success, 100 in flight, each a turn of the event loop', 100, aTurnLater),
    file: callCase('success, reading a file', { work: readAFile }),
    megamorphic,
    'local-storage': localStorage,
    listener: callCase('success, with a listener', { wants: { listener: () => outcomes++ }, without: ['tutorial'] }),
    'wrap-call-timeout': callCase('success, wrap with a call timeout', {
      wants: { callTimeout: 10_000, wraps: true },
      thorough: manyProcesses,
    }),
    'call-timeout': callCase('success, execute with a call timeout', {
      wants: { callTimeout: 10_000 },
      thorough: manyProcesses,
    }),
    failure: callCase('failure that does not trip', {
      work: fail,
      wants: { neverTrips: true },
      loop: admitted,
      thorough: manyProcesses,
    }),
    rejection,
  },
}
