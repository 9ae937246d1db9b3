import { createHook } from 'node:async_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { breakers, everyone } from './case.js'
import { oneAfterTheOther } from './loops.js'
import { open } from './open.js'

/** @typedef {import('../subjects/subject.js').Call} Call */

// The guarded functions return promises that exist already, so that only those of the breaker count.
const answer = Promise.resolve(1)
const failure = Promise.reject(new Error('down'))
failure.catch(() => {})
const succeed = () => answer
const fail = () => failure

/** Promises created for one call until it settles. @param {Call} call */
async function promisesOf(call) {
  let promises = 0
  const hook = createHook({ init: (_, type) => type === 'PROMISE' && promises++ })
  await idle()
  hook.enable()
  call()
  hook.disable() // before the promises that Node itself makes for the caller that waits
  await idle()
  return promises
}

/** A call that has not settled by then waits for the event loop. */
const endless = 100

/** Turns of the microtask queue until the caller has the result, beyond those without a breaker. @param {Call} call */
async function ticksOf(call) {
  let ticks = 0
  let settled = false
  const settle = () => {
    settled = true
  }
  const count = () => {
    if (settled || ticks === endless) return
    ticks++
    queueMicrotask(count)
  }
  call().then(settle, settle)
  queueMicrotask(count)
  await idle()
  return ticks
}

/** Bytes of heap per call: new objects are in the young generation, which is large enough to need no collection. @param {Call} call */
async function bytesOf(call) {
  const calls = 20_000
  const collect = /** @type {() => void} */ (globalThis.gc)
  collect()
  const before = youngBytes()
  await oneAfterTheOther(call, calls)
  return (youngBytes() - before) / calls
}

function youngBytes() {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_used_size ?? Number.NaN
}

/** Timers and AbortControllers created for each call with a time limit, one after the other. @param {Call} call */
async function limitsOf(call) {
  const calls = 200
  let timers = 0
  let controllers = 0
  const { AbortController } = globalThis
  globalThis.AbortController = class extends AbortController {
    constructor() {
      super()
      controllers++
    }
  }
  const hook = createHook({ init: (_, type) => type === 'Timeout' && timers++ }).enable()
  await oneAfterTheOther(call, calls)
  hook.disable()
  globalThis.AbortController = AbortController
  return { timers: timers / calls, controllers: controllers / calls }
}

/** @param {string} title @param {import('../subjects/subject.js').Wants} wants @returns {import('./case.js').Case} */
const limitsCase = (title, wants) => ({
  title,
  subjects: breakers,
  metrics: {
    timers: { title: 'timers created', digits: 2 },
    controllers: { title: 'AbortControllers created', digits: 2 },
  },
  rounds: 1,
  async prepare(name) {
    const guard = await open(name)
    const call = guard(succeed, { callTimeout: 60_000, ...wants })
    return () => limitsOf(call)
  },
})

/** @returns {Promise<void>} */
const idle = () => new Promise((resolve) => setImmediate(resolve))

/** @type {import('./case.js').Group} */
export const counts = {
  title: 'Counts',
  description:
    'The same on every machine, however busy it is. The guarded function makes no promise of its own. Turns are those of the microtask queue until the caller has the result; 100 is a turn of the event loop.',
  cases: {
    counts: {
      title: 'per call',
      subjects: everyone,
      metrics: {
        promises: { title: 'promises created at once' },
        ticks: { title: 'turns added to a success' },
        failureTicks: { title: 'turns added to a failure' },
        bytes: { title: 'bytes per success' },
      },
      rounds: 1,
      flags: ['--expose-gc', '--single-threaded', '--min-semi-space-size=128', '--max-semi-space-size=128'],
      async prepare(name) {
        const guard = await open(name)
        const call = guard(succeed)
        const bare = () => succeed()
        const failing = guard(fail, { neverTrips: true })
        for (let n = 0; n < 5; n++) {
          await bytesOf(call)
          await bytesOf(bare)
        }
        return async () => ({
          promises: await promisesOf(call),
          ticks: await ticksOf(call),
          failureTicks: await ticksOf(failing),
          bytes: (await bytesOf(call)) - (await bytesOf(bare)),
        })
      },
    },
    'wrap-limits': limitsCase('per call through wrap with a call timeout', { wraps: true }),
    'execute-limits': limitsCase('per call through execute with a call timeout', {}),
  },
}
