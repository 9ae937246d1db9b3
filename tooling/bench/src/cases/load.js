import { monitorEventLoopDelay } from 'node:perf_hooks'
import { spread } from '../statistics.js'
import { admitted, timed } from './loops.js'
import { open } from './open.js'
import { down, faulty } from './work.js'

/** @typedef {import('../subjects/subject.js').Call} Call */
/** @typedef {import('./case.js').Numbers} Numbers */

const callsPerSecond = 10_000

/** Turns of a subject and of the bare call in a round, and the length of each as a multiple of a round's. */
const turns = 4
const ofTurn = 25

/**
 * Makes calls at a steady pace, and catches up after delays.
 * @param {Call} call @param {number} ms
 * @returns {Promise<Numbers>}
 */
async function steady(call, ms) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const cpu = process.cpuUsage()
  const start = performance.now()
  let started = 0
  let settled = 0
  const settle = () => {
    settled++
  }
  const onError = (/** @type {unknown} */ error) => {
    if (error !== down)
      throw new Error('the breaker rejects calls in a case in which it must stay closed', { cause: error })
    settled++
  }
  delay.enable()
  for (let now = start; now < start + ms; now = performance.now()) {
    const due = Math.min(((now - start) * callsPerSecond) / 1_000, settled + callsPerSecond / 10)
    for (; started < due; started++) call().then(settle, onError)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  delay.disable()
  const elapsed = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / 10 / elapsed, p99: delay.percentile(99) / 1e6, rate: (settled * 1_000) / elapsed }
}

/**
 * CPU differs between processes by more than a breaker costs, so each subject takes turns with the bare call in one process.
 * @param {Call} bare @param {Call} call @param {number} ms  of each turn
 * @returns {Promise<Numbers>}
 */
async function inTurns(bare, call, ms) {
  /** @type {Numbers[]} */
  const seen = []
  for (let turn = 0; turn < turns; turn++) {
    const first = turn % 2 === 0 ? await steady(bare, ms) : undefined
    const own = await steady(call, ms)
    const floor = first ?? (await steady(bare, ms))
    seen.push({ ...own, over: Number(own['cpu']) - Number(floor['cpu']) })
  }
  return Object.fromEntries(
    Object.keys(seen[0] ?? {}).map((name) => [name, spread(seen.map((numbers) => Number(numbers[name]))).median]),
  )
}

/** @type {import('./case.js').Group} */
export const load = {
  title: 'Under load',
  description:
    '10 000 calls a second, of which every twentieth fails. CPU of the process in per cent of a core, and the points above the bare call, with which each takes turns; those of the bare call itself are noise. The delay of the event loop includes the resolution of its clock.',
  cases: {
    load: {
      title: '10 000 calls a second, 5 % failing',
      subjects: ['bare', '@cb/core', 'cockatiel', 'opossum lean', 'opossum'],
      metrics: {
        over: { title: 'CPU points over bare', digits: 2 },
        cpu: { title: 'CPU %', digits: 1 },
        p99: { title: 'event loop delay p99 ms', digits: 2 },
        rate: { title: 'calls a second' },
      },
      thorough: { rounds: 6, budgetMs: 120_000 },
      async prepare(name, roundMs) {
        const bare = (await open('bare'))(faulty())
        const call = (await open(name))(faulty())
        // At this pace it would take long until the code of a failure is compiled.
        await timed(admitted, bare, roundMs)
        await timed(admitted, call, roundMs)
        return () => inTurns(bare, call, ofTurn * roundMs)
      },
    },
  },
}
