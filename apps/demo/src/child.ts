/** Longest time that a program takes to say goodbye: an exporter whose collector hangs must not hold up the exit. */
const longestGoodbye = 1_500

/** A program that runs as a child of the demo. */
export interface Program {
  /** What the parent needs to know of it. */
  readonly ready: object
  stop(): Promise<unknown>
}

/** Runs a child program: tells the parent when it is ready or why it can't be, and ends when the parent lets go or is gone. */
export async function runChild(start: () => Promise<Program>): Promise<void> {
  if (process.send === undefined) {
    console.error('this program is started by main.js')
    process.exit(2)
  }
  const starting = start()
  const stop = async (code: number) => {
    setTimeout(() => process.exit(code), longestGoodbye)
    await starting.then((program) => program.stop()).catch(() => {})
    process.exit(code)
  }
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole process group: the parent ends it in order
  process.on('SIGTERM', () => void stop(143))
  process.on('disconnect', () => void stop(0))
  try {
    process.send({ type: 'ready', ...(await starting).ready })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    process.send({ type: 'failed', code, message }, () => process.exit(1))
  }
}
