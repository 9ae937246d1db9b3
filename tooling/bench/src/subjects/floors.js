/** @typedef {import('./subject.js').Work} Work */

/** What a careful person writes around a call without a breaker. @param {Work} work */
async function wrapper(work) {
  try {
    return await work()
  } catch (error) {
    // biome-ignore lint/complexity/noUselessCatch: this is what people write
    throw error
  }
}

/** @type {Record<string, import('./subject.js').Subject>} */
export const floors = {
  bare: {
    says: 'fn()',
    open: async () => (work) => /** @type {import('./subject.js').Call} */ (work),
  },
  wrapper: {
    says: 'async () => { try { return await fn() } catch (error) { throw error } }',
    open: async () => (work) => () => wrapper(work),
  },
}
