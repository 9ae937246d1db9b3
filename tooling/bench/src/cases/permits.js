import { coreBreaker } from '../subjects/core.js'
import { manyProcesses, nanoseconds } from './case.js'
import { oneAfterTheOther, timed } from './loops.js'
import { open } from './open.js'
import { succeed } from './work.js'

/** @typedef {typeof import('@cb/core')} Core */

/**
 * @param {string} title
 * @param {(core: Core, subject: string) => () => void} make  one step, without a promise
 * @returns {import('./case.js').Case}
 */
function stepCase(title, make) {
  return {
    title,
    subjects: ['wrapper', '@cb/core lean', '@cb/core'],
    metrics: nanoseconds,
    floor: 'wrapper',
    thorough: manyProcesses,
    async prepare(name, roundMs) {
      const round =
        name === 'wrapper'
          ? await timed(oneAfterTheOther, (await open(name))(succeed), roundMs)
          : await timed(stepping(make(await import('@cb/core'), name)), async () => {}, roundMs)
      return async () => ({ ns: await round() })
    },
  }
}

/** @param {() => void} step @returns {import('./loops.js').Loop} */
function stepping(step) {
  return async (_, calls) => {
    for (let n = 0; n < calls; n++) step()
  }
}

/** @param {Core} core @param {string} subject @param {import('../subjects/subject.js').Wants} [wants] */
function breakerOf(core, subject, wants = {}) {
  return coreBreaker(core, wants, () => (subject === '@cb/core' ? {} : { trip: core.consecutiveFailures(5) }))
}

/** @type {import('./case.js').Group} */
export const permits = {
  title: 'Permits',
  description: 'The two steps of a call without a promise, compared with the wrapper around a successful call.',
  cases: {
    'try-acquire': stepCase('tryAcquire that rejects', (core, subject) => {
      const breaker = breakerOf(core, subject, { staysOpen: true })
      for (let n = 0; n < 100 && breaker.state === 'closed'; n++) breaker.acquire().failure()
      if (breaker.state !== 'open') throw new Error(`${subject} has not opened`)
      return () => {
        if (breaker.tryAcquire().admitted) throw new Error(`${subject} has admitted a call`)
      }
    }),
    permit: stepCase('tryAcquire and success', (core, subject) => {
      const breaker = breakerOf(core, subject)
      return () => {
        const permit = breaker.tryAcquire()
        if (permit.admitted) permit.success()
      }
    }),
  },
}
