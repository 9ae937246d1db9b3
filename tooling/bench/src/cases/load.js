import { monitorEventLoopDelay } from 'node:perf_hooks'
import { open } from './open.js'
import { down, faulty } from './work.js'

const callsPerSecond = 10_000

/**
 * Makes calls at a steady pace, and catches up where the process could not keep it.
 * @param {import('../subjects/subject.js').Call} call @param {number} ms
 * @returns {Promise<import('./case.js').Numbers>}
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
      throw new Error('the breaker refuses calls in a case that it must not open in', { cause: error })
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

/** @type {import('./case.js').Group} */
export const load = {
  title: 'Under load',
  says: '10 000 calls a second, of which every twentieth fails. CPU of the process in per cent of a core; the delay of the event loop includes the resolution of its clock.',
  cases: {
    load: {
      title: '10 000 calls a second, 5 % failing',
      subjects: ['bare', '@cb/core', 'cockatiel', 'opossum lean', 'opossum'],
      metrics: {
        cpu: { title: 'CPU %', digits: 1 },
        p99: { title: 'event loop delay p99 ms', digits: 2 },
        rate: { title: 'calls a second' },
      },
      rounds: 3,
      async prepare(name, roundMs) {
        const call = (await open(name))(faulty())
        await steady(call, 50 * roundMs)
        return () => steady(call, 300 * roundMs)
      },
    },
  },
}
