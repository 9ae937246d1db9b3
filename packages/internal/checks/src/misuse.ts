const reported = /* @__PURE__ */ new WeakSet<object>()

/**
 * Logs once per culprit, on `console.error`, that a function of the user has misbehaved. The call goes on as if it had not.
 * @param speaker  the package, and which breaker where there is one.
 */
export function warnOnce(speaker: string, culprit: object, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  try {
    const why = error === undefined ? '' : `: ${describeThrown(error)}`
    console.error(`${speaker}: ${what}${why} (logged once)`)
  } catch {
    // A console that throws, or a hostile error: there is no other place to report it.
  }
}

/** For a log: only the stack of an error, because its own properties can hold credentials. */
export function describeThrown(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`
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

/** Also of another realm, as those of Node.js itself are under Jest. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}
