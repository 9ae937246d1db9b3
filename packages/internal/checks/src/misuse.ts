const reported = new WeakSet<object>()

/**
 * Says once per culprit, on `console.error`, that a function the user gave has misbehaved. Nothing of it may reach the call,
 * and nothing may hide it either. Only the stack is printed: own properties of an error can hold credentials.
 * @param speaker  the package, and what else says where.
 */
export function report(speaker: string, culprit: object, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  try {
    console.error(`${speaker}: ${what}${describe(error)} (said once)`)
  } catch {
    // A console that throws, or a hostile error: there is no further place to say it.
  }
}

function describe(error: unknown): string {
  if (error === undefined) return ''
  return `: ${error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`}`
}

/** For a promise where none belongs: its rejection would end the process, and the misuse is reported anyhow. */
export function hush(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {})
}
