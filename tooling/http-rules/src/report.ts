/** For a promise where none belongs: its rejection would end the process, and the misuse is reported anyhow. */
export function hush(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {})
}

const reported = new WeakSet<object>()

/** Says once per culprit, on `console.error`, that a function the user gave has misbehaved: it may not reach the call. */
export function report(adapter: string, culprit: object, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  // Only the stack: own properties of an HTTP error hold the headers that were sent.
  const detail = error instanceof Error ? `: ${error.stack ?? error.message}` : ''
  console.error(`${adapter}: ${what}${detail} (said once)`)
}
