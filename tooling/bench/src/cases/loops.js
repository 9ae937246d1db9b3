import { down } from './work.js'

/** @typedef {import('../subjects/subject.js').Call} Call */
/** @typedef {(call: Call, calls: number) => Promise<void>} Loop  makes so many calls */

/** @type {Loop} */
export async function oneAfterTheOther(call, calls) {
  for (let n = 0; n < calls; n++) await call()
}

/** @type {Loop} */
export async function caught(call, calls) {
  for (let n = 0; n < calls; n++) {
    try {
      await call()
    } catch {
      // The case is about failures.
    }
  }
}

/** Of calls that may fail, but must be admitted. @type {Loop} */
export async function admitted(call, calls) {
  for (let n = 0; n < calls; n++) {
    try {
      await call()
    } catch (error) {
      if (error !== down)
        throw new Error('the breaker rejects calls in a case in which it must stay closed', { cause: error })
    }
  }
}

/** @param {number} size @returns {Loop} */
export function inFlight(size) {
  const started = new Array(size)
  return async (call, calls) => {
    for (let n = 0; n < calls; n += size) {
      for (let slot = 0; slot < size; slot++) started[slot] = call()
      for (let slot = 0; slot < size; slot++) await started[slot]
    }
  }
}

/**
 * Warms a loop up, and finds how many calls fill a round.
 * @param {Loop} loop @param {Call} call @param {number} roundMs @param {number} [atOnce]  calls come in multiples of it
 * @returns {Promise<() => Promise<number>>} nanoseconds per call in one round
 */
export async function timed(loop, call, roundMs, atOnce = 1) {
  let calls = atOnce
  // In CPU time: while other processes warm up, this one may get little.
  const { user } = process.cpuUsage()
  for (;;) {
    const ms = (await time(loop, call, calls)) * calls * 1e-6
    if (ms < roundMs / 2) calls *= 2
    else if (process.cpuUsage().user - user > 25_000 * roundMs) break
  }
  return () => time(loop, call, calls)
}

/** @param {Loop} loop @param {Call} call @param {number} calls */
async function time(loop, call, calls) {
  const start = process.hrtime.bigint()
  await loop(call, calls)
  return Number(process.hrtime.bigint() - start) / calls
}
