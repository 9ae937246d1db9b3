import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A child that takes longer to end is killed. Longer than the shutdown timeout of the children. */
const longestStop = 2_500

export interface ChildOptions {
  readonly name: string
  readonly program: URL
  readonly args: readonly string[]
  /** Added to the environment. */
  readonly environment?: NodeJS.ProcessEnv
  /** Called for each line that the child writes to its standard error. */
  readonly onLine: (line: string) => void
  /** Called for each message that the child sends after it is ready. */
  readonly onMessage?: (message: { type: string }) => void
}

/** One process of the demo, from fork to exit. */
export class Child {
  readonly name: string
  readonly pid: number
  /** The message that the child sends when it is ready. Rejects if it can't start, with the `code` of the cause. */
  readonly ready: Promise<object>
  /** How it ended: `exit code 1`, `SIGKILL`. */
  readonly exited: Promise<string>
  readonly #process: ChildProcess

  constructor({ name, program, args, environment, onLine, onMessage }: ChildOptions) {
    const env = { ...process.env, ...environment }
    const child = fork(program, args, { env, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.name = name
    this.pid = child.pid ?? 0
    this.#process = child
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
      child.once('error', (error) => resolve(error.message)) // it could not be started
    })
    if (child.stderr !== null) createInterface(child.stderr).on('line', onLine)
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message: { type: string; message?: string; code?: string }) => {
        if (message.type === 'ready') resolve(message)
        else if (message.type === 'failed') reject(Object.assign(new Error(message.message), { code: message.code }))
        else onMessage?.(message)
      })
      void this.exited.then((why) => reject(new Error(`the ${name} process ended before it was ready: ${why}`)))
    })
    this.ready.catch(() => {}) // the caller may no longer wait for it
  }

  send(message: { type: string }): void {
    this.#process.send(message, () => {}) // `exited` reports a child that has ended
  }

  /** Disconnects from the child, which then shuts down; kills it if it does not. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    if (this.#process.connected) this.#process.disconnect()
    const timer = setTimeout(() => this.kill(), longestStop)
    await this.exited
    clearTimeout(timer)
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }
}
