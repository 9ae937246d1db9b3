import { quote } from './errors.ts'

const reported = new WeakSet<object>()

/**
 * Says once per culprit, on `console.error`, that a function the user gave has misbehaved. Nothing of it may reach the call,
 * and nothing may hide it either. Only the stack is printed: own properties of an error can hold credentials.
 */
export function report(culprit: object, breaker: string, what: string, error?: unknown): void {
  if (reported.has(culprit)) return
  reported.add(culprit)
  try {
    console.error(`@cb/core: circuit breaker ${quote(breaker)}: ${what}${describe(error)} (said once)`)
  } catch {
    // A console that throws, or a hostile error: there is no further place to say it.
  }
}

function describe(error: unknown): string {
  if (error === undefined) return ''
  return `: ${error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`}`
}

/** Runs a user's function that must not harm anybody: what it throws, or rejects with, is reported once. */
export function attempt(culprit: object, breaker: string, what: string, call: () => unknown): void {
  try {
    const result = call()
    if (result instanceof Promise) result.catch((error: unknown) => report(culprit, breaker, what, error))
  } catch (error) {
    report(culprit, breaker, what, error)
  }
}

/** For a promise where none belongs: its rejection would end the process, and the misuse is reported anyhow. */
export function hush(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {})
}
