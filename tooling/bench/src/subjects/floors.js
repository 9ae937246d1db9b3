/** @typedef {import('./subject.js').Work} Work */

/** The usual code around a call without a breaker. @param {Work} work */
async function wrapper(work) {
  try {
    return await work()
  } catch (error) {
    // biome-ignore lint/complexity/noUselessCatch: this is the usual code
    throw error
  }
}

/** @type {Record<string, import('./subject.js').Subject>} */
export const floors = {
  bare: {
    description: 'fn()',
    open: async () => (work) => /** @type {import('./subject.js').Call} */ (work),
  },
  wrapper: {
    description: 'async () => { try { return await fn() } catch (error) { throw error } }',
    open: async () => (work) => () => wrapper(work),
  },
}
