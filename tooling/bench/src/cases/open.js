import { findSubject } from '../subjects/index.js'

/** Loads a subject's library. @param {string} name */
export const open = (name) => findSubject(name).open()

const isFloor = (/** @type {string} */ name) => name === 'bare' || name === 'wrapper'

/**
 * A call behind a breaker that rejects it for the next hour; the floors, which have no breaker, make a call that fails.
 * @param {import('../subjects/subject.js').Guard} guard @param {string} name @param {() => Promise<unknown>} fail
 */
export async function tripped(guard, name, fail) {
  let reached = 0
  const work = () => {
    reached++
    return fail()
  }
  if (isFloor(name)) return guard(fail)
  const call = guard(work, { staysOpen: true })
  for (let calls = 1; calls <= 1_000; calls++) {
    await call().catch(() => {})
    if (reached < calls) return call
  }
  throw new Error(`${name} admits every call, though a thousand have failed`)
}
