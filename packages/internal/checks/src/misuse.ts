const reported = /* @__PURE__ */ new WeakSet<object>()

/**
 * Logs once per culprit, on `console.error`, that a function of the user has misbehaved. The call goes on as if it had not. Only
 * the stack of an error is printed: its own properties can hold credentials.
 * @param speaker  the package, and which breaker where there is one.
 */
export function warnOnce(speaker: string, culprit: object, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  try {
    console.error(`${speaker}: ${what}${describe(error)} (logged once)`)
  } catch {
    // A console that throws, or a hostile error: there is no other place to report it.
  }
}

function describe(error: unknown): string {
  if (error === undefined) return ''
  return `: ${error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`}`
}

/** Calls `handle` if the value is a promise, also of another realm, or a thenable, that rejects. */
export function onRejection(value: unknown, handle: (error: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return
  try {
    Promise.resolve(value).then(undefined, handle)
  } catch (error) {
    handle(error) // a getter of the promise threw
  }
}

/** For a promise where none belongs: its rejection would end the process, and the misuse is logged anyhow. */
export function swallowRejection(value: unknown): void {
  onRejection(value, () => {})
}
