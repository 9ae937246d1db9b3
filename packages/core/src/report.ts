import { report as say, show } from '@cb/checks'

export { hush } from '@cb/checks'

/** Says once per culprit that a function the user gave to a breaker has misbehaved. */
export function report(culprit: object, breaker: string, what: string, error?: unknown): void {
  say(`@cb/core: circuit breaker ${show(breaker)}`, culprit, what, error)
}

/** Runs a user's function that must not harm anybody: what it throws, or rejects with, is reported once. */
export function attempt(culprit: object, { name }: { name: string }, who: string, call: () => unknown): void {
  const blame = (error: unknown) => report(culprit, name, `${who} threw`, error)
  try {
    const result = call()
    if (result instanceof Promise) result.catch(blame)
  } catch (error) {
    blame(error)
  }
}
