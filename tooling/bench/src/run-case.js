import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * @param {string} name @param {number} rounds @param {number} calls
 * @returns {Promise<import('./measure.js').Measured>}
 */
export async function runCase(name, rounds, calls) {
  const child = fileURLToPath(new URL('./child.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [child, name, String(rounds), String(calls)])
  return JSON.parse(stdout)
}

/** @returns {Promise<{ alone: number, inRegistry: number, lookup: number, evicting: number }>} */
export async function runRegistry() {
  const child = fileURLToPath(new URL('./registry.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', child])
  return JSON.parse(stdout)
}
