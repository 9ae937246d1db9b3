/** Longest time for a shutdown, because an exporter whose collector hangs must not delay the exit. */
const shutdownTimeout = 1_500

/** A program that runs as a child of the demo. */
export interface Program {
  /** The data that the parent needs. */
  readonly ready: object
  stop(): Promise<unknown>
}

/** Runs a child program: reports to the parent that it is ready or why it failed, and ends when the parent disconnects or ends. */
export async function runChild(start: () => Promise<Program>): Promise<void> {
  if (process.send === undefined) {
    console.error('this program is started by main.js')
    process.exit(2)
  }
  const starting = start()
  const stop = async (code: number) => {
    setTimeout(() => process.exit(code), shutdownTimeout)
    await starting.then((program) => program.stop()).catch(() => {})
    process.exit(code)
  }
  // Ctrl-C and a closed terminal reach the whole process group, but the parent decides the order of the shutdown.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
  process.on('SIGTERM', () => void stop(143))
  process.on('disconnect', () => void stop(0))
  try {
    process.send({ type: 'ready', ...(await starting).ready })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    process.send({ type: 'failed', code, message }, () => process.exit(1))
  }
}
