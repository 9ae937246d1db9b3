import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs a program to its end; what it prints goes straight to the terminal.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} cwd
 */
export async function run(file, args, cwd) {
  const [code, signal] = await once(spawn(file, args, { cwd, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${signal ?? code}`)
}
