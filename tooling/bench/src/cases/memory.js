import { setImmediate, setTimeout } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { breakers } from './case.js'
import { admitted } from './loops.js'
import { open, tripped } from './open.js'
import { fail, faulty, succeed } from './work.js'

/** @typedef {import('../subjects/subject.js').Guard} Guard */

/** Bytes that each created object retains. @param {number} count @param {() => unknown} make */
async function bytesEach(count, make) {
  const kept = new Array(count).fill(null)
  const before = settledHeap()
  for (let n = 0; n < count; n++) kept[n] = make()
  await setImmediate()
  const bytes = (settledHeap() - before) / count
  for (const call of kept) if (call instanceof Object && 'catch' in call) call.catch(() => {}) // some libraries time it out later
  return bytes
}

/** Bytes that 1 000 calls add to a breaker. @param {Guard} guard @param {number} count */
async function bytesOfUse(guard, count) {
  const calls = Array.from({ length: count }, () => guard(faulty()))
  const before = settledHeap()
  for (const call of calls) await admitted(call, 1_000)
  const bytes = (settledHeap() - before) / calls.length
  await calls[0]?.() // keeps them alive until here
  return bytes
}

/** Bytes of heap after garbage collection, without compiled code, whose size varies. */
function settledHeap() {
  const collect = /** @type {() => void} */ (globalThis.gc)
  for (let n = 0; n < 3; n++) collect()
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => !space_name.includes('code'))
  return spaces.reduce((bytes, space) => bytes + space.space_used_size, 0)
}

/** @type {import('./case.js').Case} */
const bytes = {
  title: 'bytes of heap',
  subjects: ['wrapper', ...breakers],
  metrics: {
    fresh: { title: 'fresh breaker' },
    used: { title: 'after 1 000 calls, 50 failed' },
    inFlight: { title: 'per call in flight' },
  },
  rounds: 1,
  flags: ['--expose-gc', '--single-threaded', '--no-flush-bytecode'],
  async prepare(name) {
    const guard = await open(name)
    const { make = guard } = guard
    const never = new Promise(() => {})
    const weigh = async (/** @type {number} */ count) => {
      const fresh = await bytesEach(10 * count, () => make(succeed))
      const used = fresh + (await bytesOfUse(guard, count))
      const pending = guard(() => never)
      return { fresh, used, inFlight: await bytesEach(50 * count, pending) }
    }
    await weigh(20)
    await bytesOfUse(guard, 200) // allocates what the code itself needs
    return () => weigh(200)
  },
}

/** @type {import('./case.js').Case} */
const timersHeld = {
  title: 'timers held',
  subjects: breakers,
  metrics: { idle: { title: 'idle' }, open: { title: 'open' }, inFlight: { title: 'call in flight' } },
  rounds: 1,
  async prepare(name) {
    const { createHook } = await import('node:async_hooks')
    const guard = await open(name)
    /** @type {{ _destroyed?: boolean }[]} */
    const timers = []
    createHook({ init: (_id, type, _cause, timer) => type === 'Timeout' && timers.push(timer) }).enable()
    const held = () => timers.filter((timer) => !timer._destroyed).length
    const more = async (/** @type {() => unknown} */ act) => {
      const before = held()
      await act()
      await setTimeout(20) // lets short timers end
      return held() - before
    }
    return async () => ({
      idle: await more(() => guard(succeed)),
      open: await more(() => tripped(guard, name, fail)),
      inFlight: await more(() => {
        guard(() => new Promise(() => {}))().catch(() => {})
      }),
    })
  },
}

/** @type {import('./case.js').Group} */
export const memory = {
  title: 'Memory',
  description: 'Bytes of heap of a breaker by itself, and of a call with its promise.',
  cases: { bytes },
}

/** @type {import('./case.js').Group} */
export const timers = {
  title: 'Timers',
  description: 'Held by a breaker that is idle, by one that is open, and by one with a call in flight.',
  cases: { timers: timersHeld },
}
