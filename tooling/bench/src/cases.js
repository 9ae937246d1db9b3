import { CircuitBreaker, consecutiveFailures, countWindow, failureCount, failureRate } from '@cb/core'

/** @typedef {() => Promise<unknown>} Call */
/** @typedef {{ title: string, make: () => { call: Call, floor: Call } }} Case */

const succeed = async () => 1
const down = new Error('down')
const fail = async () => {
  throw down
}

/** The floor: what a careful person writes by hand around a call, without a breaker. @param {Call} call */
async function wrapper(call) {
  try {
    return await call()
  } catch (error) {
    // biome-ignore lint/complexity/noUselessCatch: this is what people write
    throw error
  }
}

/** @param {import('@cb/core').CircuitBreakerOptions} options @returns {Case['make']} */
function success(options) {
  return () => {
    const breaker = new CircuitBreaker(options)
    return { call: () => breaker.execute(succeed), floor: () => wrapper(succeed) }
  }
}

/** A failed call in both: neither of them trips. @type {Case['make']} */
function failure() {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(Number.MAX_SAFE_INTEGER) })
  return { call: () => caught(breaker.execute(fail)), floor: () => caught(wrapper(fail)) }
}

/** A refused call against a failed one: what a caller saves while the breaker is open. @type {Case['make']} */
function rejection() {
  const breaker = new CircuitBreaker()
  breaker.forceOpen()
  return { call: () => caught(breaker.execute(succeed)), floor: () => caught(wrapper(fail)) }
}

/** @param {Promise<unknown>} promise */
async function caught(promise) {
  try {
    return await promise
  } catch (error) {
    return error
  }
}

/** @type {Record<string, Case>} */
export const cases = {
  bare: { title: 'bare call', make: () => ({ call: () => succeed(), floor: () => wrapper(succeed) }) },
  consecutive: { title: 'success, consecutiveFailures(5)', make: success({ trip: consecutiveFailures(5) }) },
  count: {
    title: 'success, failureRate over countWindow(100)',
    make: success({ trip: failureRate({ window: countWindow(100) }) }),
  },
  time: { title: 'success, failureRate over timeWindow(10 s)', make: success({ trip: failureRate() }) },
  default: { title: 'success, no options at all', make: success({}) },
  timeout: {
    title: 'success, with callTimeout',
    make: success({ trip: failureCount({ threshold: 5 }), callTimeout: 1_000 }),
  },
  failure: { title: 'failure that does not trip', make: failure },
  rejection: { title: 'rejection while open', make: rejection },
}
