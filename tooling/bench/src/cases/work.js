import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

// The guarded functions. Failures share one error: creating one costs more than everything that is measured here.

export const succeed = async () => 1
export const succeedAtOnce = () => 1

export const down = new Error('down')

export const fail = async () => {
  throw down
}

/** A dependency of which one call in twenty fails. */
export function faulty() {
  let calls = 0
  return async () => {
    if (++calls % 20 === 0) throw down
    return 1
  }
}

/** @returns {Promise<void>} */
export const aTurnLater = () => new Promise((resolve) => setImmediate(resolve))

const file = fileURLToPath(import.meta.url)

/** @returns {Promise<unknown>} */
export const readAFile = () => readFile(file)

/** Functions that share no code, like those of 64 dependencies. @param {number} count @returns {(() => Promise<number>)[]} */
export function unrelated(count) {
  return Array.from({ length: count }, (_, n) => new Function(`return async () => ${n}`)())
}
