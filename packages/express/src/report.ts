const reported = new WeakSet<object>()

/** Says once per culprit, on `console.error`, that a function the user gave has misbehaved. */
export function report(culprit: object, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  // Only the stack: own properties of an error can hold credentials.
  const detail = error instanceof Error ? `: ${error.stack ?? error.message}` : ''
  console.error(`@cb/express: ${what}${detail} (said once)`)
}
