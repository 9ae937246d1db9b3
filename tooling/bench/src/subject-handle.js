import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./subject-process.js', import.meta.url))
const longest = 180_000
const peers = /^(tutorial|cockatiel|opossum|brakes|mollitia)/

/** Controls the process of a subject. */
export class SubjectHandle {
  #child
  #end
  /** A peer that crashes is a result; the others are measured all the same. */
  crashed = false

  /**
   * @param {string} id  of the case
   * @param {string} name  of the subject
   * @param {{ roundMs: number, node: string, flags: readonly string[] }} how
   */
  constructor(id, name, { roundMs, node, flags }) {
    this.name = name
    this.#child = fork(program, [id, name, String(roundMs)], {
      execPath: node,
      execArgv: [...flags],
      timeout: longest,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    let stderr = ''
    this.#child.stderr?.on('data', (text) => {
      stderr = `${stderr}${text}`.slice(-4_000)
    })
    this.#end = once(this.#child, 'exit').then(([code, signal]) => {
      this.crashed = true
      if (peers.test(name)) return { numbers: {} }
      throw new Error(`${name} in case ${id} ended early (${signal ?? `exit code ${code}`}): ${stderr}`)
    })
    this.#end.catch(() => {}) // `stop` ends it as well
    this.ready = this.#answer()
    this.ready.catch(() => {})
  }

  /** @returns {Promise<import('./cases/case.js').Numbers>} */
  async round() {
    const answer = this.#answer()
    this.#child.send('round')
    return (await answer).numbers
  }

  async #answer() {
    const message = once(this.#child, 'message').then(([message]) => message)
    return Promise.race([message, this.#end])
  }

  async stop() {
    if (this.#child.connected) this.#child.disconnect()
    await this.#end.catch(() => {})
  }
}
