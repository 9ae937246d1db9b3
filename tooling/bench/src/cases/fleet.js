import { coreBreaker } from '../subjects/core.js'
import { manyProcesses, nanoseconds } from './case.js'
import { oneAfterTheOther, timed } from './loops.js'
import { succeed } from './work.js'

/** @param {string} name */
async function breakerOf(name) {
  const core = await import('@cb/core')
  const breaker = coreBreaker(core, {}, () => ({ trip: core.consecutiveFailures(5) }))
  if (name === 'shared') {
    const { joinFleet, memoryStore } = await import('@cb/redis')
    const fleet = await joinFleet({ store: memoryStore() })
    await fleet.share(breaker)
  }
  return breaker
}

/** @type {import('./case.js').Group} */
export const fleets = {
  title: 'A fleet',
  description: 'A successful call through a breaker that is shared by a fleet, compared with the same breaker alone.',
  cases: {
    shared: {
      title: 'success of a shared breaker',
      subjects: ['local', 'shared'],
      metrics: nanoseconds,
      floor: 'local',
      thorough: manyProcesses,
      async prepare(name, roundMs) {
        const breaker = await breakerOf(name)
        const round = await timed(oneAfterTheOther, () => breaker.execute(succeed), roundMs)
        return async () => ({ ns: await round() })
      },
    },
  },
}
