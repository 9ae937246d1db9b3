const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Resolves to the exit code at the first signal to end, or when the output is closed. At a second signal the process exits. */
export function interruption(): Promise<number> {
  return new Promise((resolve) => {
    let interrupted = false
    for (const [signal, code] of Object.entries(signals)) {
      process.on(signal, () => {
        if (interrupted) process.exit(code)
        interrupted = true
        resolve(code)
      })
    }
    process.stdout.on('error', () => resolve(141))
  })
}
