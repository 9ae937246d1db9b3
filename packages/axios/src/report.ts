const reported = new WeakSet<object>()

/** Says once per culprit, on `console.error`, that a function the user gave has misbehaved: it may not reach the call. */
export function report(culprit: object, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  // Only the stack: own properties of an axios error hold the headers that were sent.
  const detail = error instanceof Error ? `: ${error.stack ?? error.message}` : ''
  console.error(`@cb/axios: ${what}${detail} (said once)`)
}
