const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Resolves to the exit code when this process is asked to end, or when nobody reads its output any more. Asked twice, it exits. */
export function interruption(): Promise<number> {
  return new Promise((resolve) => {
    let asked = false
    for (const [signal, code] of Object.entries(signals)) {
      process.on(signal, () => {
        if (asked) process.exit(code)
        asked = true
        resolve(code)
      })
    }
    process.stdout.on('error', () => resolve(141))
  })
}
