import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '@cb/test-kit'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Long enough for every step on a busy machine. */
export const patience = 60_000

/** Runs the demo as a user does, with its output in pipes. */
export class DemoRun {
  stdout = ''
  stderr = ''
  /** The exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  readonly #process: ChildProcess
  readonly #events = new EventEmitter()
  #isOver = false

  constructor(args: string[], environment: NodeJS.ProcessEnv = {}) {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...inherited } = process.env
    const child = spawn(process.execPath, [program, ...args], { env: { ...inherited, ...environment } })
    this.#process = child
    child.stdout.setEncoding('utf8').on('data', (text) => {
      this.stdout += text
      this.#events.emit('more')
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
    })
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#isOver = true
        this.#events.emit('more')
        resolve(code ?? signal)
      })
    })
  }

  /** Waits until it has printed the text. */
  async printed(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.#isOver) throw new Error(`the demo ended without printing ${text}:\n${this.stdout}${this.stderr}`)
      await once(this.#events, 'more')
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** The printed process ids by name. */
  get pids(): Record<string, number> {
    return Object.fromEntries(
      [...this.stdout.matchAll(/^ {2}(\w+) .* pid (\d+)$/gm)].map(([, name, pid]) => [name, Number(pid)]),
    )
  }

  /** Waits until all of its processes have ended. */
  async allGone(): Promise<void> {
    await until(() => Object.values(this.pids).every((pid) => !isAlive(pid)), patience)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
