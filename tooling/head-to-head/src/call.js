import { turn } from './time.js'

/** @typedef {{ call: (fn: () => Promise<unknown>) => Promise<unknown> }} Breaker  what a scenario needs of any library */

/** One call through a breaker, to a dependency that answers when the scenario wants it to. */
export class Call {
  /** Whether the breaker admitted it to the dependency. */
  admitted = false
  /** What its caller has received so far. @type {'pending' | 'fulfilled' | 'rejected'} */
  result = 'pending'
  /** @type {(value: unknown) => void} */
  #resolve = () => {}
  /** @type {(error: unknown) => void} */
  #reject = () => {}

  /** @param {Breaker} breaker */
  constructor(breaker) {
    const answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    answer.catch(() => {}) // the breaker may never ask for it
    const fn = () => {
      this.admitted = true
      return answer
    }
    breaker.call(fn).then(
      () => {
        this.result = 'fulfilled'
      },
      () => {
        this.result = 'rejected'
      },
    )
  }

  async succeed() {
    this.#resolve('ok')
    await turn()
  }

  /** @param {unknown} [error] */
  async fail(error = new Error('down')) {
    this.#reject(error)
    await turn()
  }
}

/** Starts calls and lets the breaker decide on them. @param {Breaker} breaker @param {number} count */
export async function start(breaker, count) {
  const calls = Array.from({ length: count }, () => new Call(breaker))
  await turn()
  return calls
}

/** Calls that fail, one after the other; the number of those that were admitted. @param {Breaker} breaker @param {number} count */
export async function failing(breaker, count) {
  let admitted = 0
  for (let n = 0; n < count; n++) {
    const call = new Call(breaker)
    await call.fail()
    if (call.admitted) admitted++
  }
  return admitted
}

/** Whether a call to a healthy dependency is admitted. @param {Breaker} breaker */
export async function admits(breaker) {
  const call = new Call(breaker)
  await call.succeed()
  return call.admitted
}

/** Opens a breaker by failures. @param {Breaker} breaker @param {number} failures */
export async function open(breaker, failures = 10) {
  await failing(breaker, failures)
  ensure(!(await admits(breaker)), `${failures} failing calls have not opened the breaker`)
}

/** Opens a breaker, waits until it is half-open, and starts its probe. @param {Breaker} breaker @param {import('./time.js').Time} time */
export async function probe(breaker, time) {
  await open(breaker)
  await time.advance(openDuration)
  const call = new Call(breaker)
  await turn()
  ensure(call.admitted, 'no probe was admitted')
  return call
}

/** How long every breaker here stays open, in milliseconds. */
export const openDuration = 1_000

/** A scenario whose setup failed has no result. @param {boolean} holds @param {string} problem */
export function ensure(holds, problem) {
  if (!holds) throw new Error(`the scenario is wrong: ${problem}`)
}
