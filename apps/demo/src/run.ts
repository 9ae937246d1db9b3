import type { WriteStream } from 'node:tty'
import type { Screen } from './screen.ts'
import type { Stack, StackOptions } from './stack.ts'

export interface RunOptions extends Pick<StackOptions, 'port' | 'orAnyPort' | 'programs'> {
  /** Exit when the scenario is over, also on a terminal. */
  readonly once: boolean
  readonly output: WriteStream
}

/** A demo that can be played. */
export interface Playable {
  readonly screen: Screen
  readonly stack: Pick<Stack, 'kill'>
  /** Rejects when a process ends unexpectedly; never resolves. */
  readonly died: Promise<never>
  /** Whether the scenario is over, and the services stay up. */
  readonly isOver: boolean
  /** Resolves to the exit code, unless the services stay up. @throws Error with the reason if the scenario fails. */
  play(): Promise<number>
  stop(): Promise<void>
}

/**
 * Plays the scenario; on a terminal the services stay up afterwards.
 * @param interrupted  resolves to the exit code when the demo must end early.
 * @returns the exit code, after all processes have ended.
 */
export async function run(demo: Playable, options: RunOptions, interrupted: Promise<number>): Promise<number> {
  process.once('exit', () => demo.stack.kill())
  try {
    const code = await Promise.race([interrupted, demo.died, demo.play()])
    return demo.isOver ? 0 : code
  } catch (error) {
    demo.screen.endStatus()
    console.error(`demo: ${describeError(error, options)}`)
    return 1
  } finally {
    await demo.stop()
  }
}

function describeError(error: unknown, { port }: RunOptions): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `port ${port} of 127.0.0.1 is taken; choose another one with --port`
  if (code === 'EACCES') return `no permission for port ${port}; choose another one with --port`
  return error.message
}

/** Prints lines with a title. */
export function section(screen: Screen, title: string, lines: readonly string[]): void {
  screen.print()
  screen.print(screen.paint('bold', title))
  for (const line of lines) screen.print(line)
}

/** Lines of sentences; a terminal breaks lines itself. */
export function paragraph(screen: Screen, sentences: string): string[] {
  return screen.isTerminal ? [`  ${sentences}`] : wrap(sentences)
}

/** @param width  that of a small terminal. */
function wrap(sentence: string, width = 78): string[] {
  const lines: string[] = []
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= width) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
