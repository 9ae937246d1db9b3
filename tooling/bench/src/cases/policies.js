import { spread } from '../statistics.js'
import { callCase } from './calls.js'
import { everyone, manyProcesses } from './case.js'
import { admitted, timed } from './loops.js'
import { open } from './open.js'
import { down, faulty } from './work.js'

/** @typedef {import('./case.js').Case} Case */

const each = [
  'wrapper',
  '@cb/core lean',
  '@cb/core failureCount',
  '@cb/core failureRate of calls',
  '@cb/core failureRate over time',
  '@cb/core slowCallRate',
  '@cb/core anyOf',
  '@cb/core adaptiveThrottle',
  'cockatiel lean',
  'cockatiel CountBreaker',
  'cockatiel',
]

/** @type {import('./case.js').Group} */
export const policies = {
  title: 'Policies',
  description: 'What each policy adds to a call.',
  cases: {
    policies: { ...callCase('success', { thorough: manyProcesses }), subjects: each },
    'policies-faulty': faultyCase('every twentieth call fails', each),
  },
}

/**
 * @param {string} title @param {readonly string[]} subjects @param {import('../subjects/subject.js').Wants} [wants]
 * @param {number} [before]  calls that fill the window first
 * @returns {Case}
 */
function faultyCase(title, subjects, wants, before = 0) {
  return {
    ...callCase(title, {}),
    subjects,
    async prepare(name, roundMs) {
      const guard = await open(name)
      const call = guard(faulty(), wants)
      await admitted(call, before)
      const round = await timed(admitted, call, roundMs)
      return async () => ({ ns: await round() })
    },
  }
}

/** @param {number} calls */
const ofCalls = (calls) =>
  faultyCase(
    `a window of ${calls.toLocaleString('en').replaceAll(',', ' ')} calls`,
    ['wrapper', '@cb/core', 'cockatiel'],
    { window: { calls } },
    calls,
  )

/** @param {number} buckets */
const ofBuckets = (buckets) =>
  faultyCase(`a window of ${buckets} buckets of a second`, ['wrapper', '@cb/core', 'opossum lean'], {
    window: { buckets },
  })

/** @type {import('./case.js').Group} */
export const windows = {
  title: 'Windows',
  byCase: true,
  description:
    'Every twentieth call fails, the window is full. A breaker whose cost grows with its window gets slower from row to row.',
  cases: {
    'window-100': ofCalls(100),
    'window-10000': ofCalls(10_000),
    'window-1000000': ofCalls(1_000_000),
    'buckets-10': ofBuckets(10),
    'buckets-60': ofBuckets(60),
    'buckets-3600': ofBuckets(3_600),
  },
}

/** The longest that a subject may take for its successes, in milliseconds. */
const patience = 3_000

/** @param {string} title @param {number} successes @returns {Case} */
function firstFailure(title, successes) {
  return {
    title,
    subjects: everyone.filter((name) => name !== 'bare'),
    metrics: { us: { title: 'µs', digits: 1, ratio: true }, calls: { title: 'successes' } },
    floor: 'wrapper',
    rounds: 3,
    async prepare(name) {
      const guard = await open(name)
      await (await afterSuccesses(guard, 100))() // warms both paths, for a round may make one call only
      for (let n = 0; n < 200; n++) await (await afterSuccesses(guard, 5))()
      return async () => {
        const times = []
        let calls = 0
        for (const until = performance.now() + 400; times.length < 9 && performance.now() < until; ) {
          const fail = await afterSuccesses(guard, successes)
          times.push(await fail())
          calls = fail.successes
        }
        return { us: spread(times).median, calls }
      }
    },
  }
}

/**
 * A breaker after so many successes, or as many as it can make within the time.
 * @param {import('../subjects/subject.js').Guard} guard @param {number} successes
 */
async function afterSuccesses(guard, successes) {
  let fails = false
  const call = guard(async () => {
    if (fails) throw down
  })
  const until = performance.now() + patience
  let made = 0
  for (; made < successes; made++) {
    await call()
    if (made % 1_000 === 0 && performance.now() > until) break
  }
  const first = async () => {
    fails = true
    const start = process.hrtime.bigint()
    await call().catch(() => {})
    return Number(process.hrtime.bigint() - start) / 1_000
  }
  return Object.assign(first, { successes: made })
}

/** @type {import('./case.js').Group} */
export const memoryOfSuccesses = {
  title: 'The first failure',
  description: `The first call that fails, after as many successes as a subject could make in ${patience / 1_000} s, at most the number. After a million the compiler has forgotten that calls can fail, also for the wrapper: compare the ratios.`,
  cases: {
    'failure-after-100': firstFailure('after 100', 100),
    'failure-after-1000000': firstFailure('after 1 000 000', 1_000_000),
  },
}
