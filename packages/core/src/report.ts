import { report as say, show } from '@cb/checks'

export { hush } from '@cb/checks'

/** Says once per culprit that a function the user gave to a breaker has misbehaved. */
export function report(culprit: object, breaker: string, what: string, error?: unknown): void {
  say(`@cb/core: circuit breaker ${show(breaker)}`, culprit, what, error)
}

/** Calls a user's function that must not harm anybody: what it throws, or rejects with, is reported once. */
export function attempt<Event>(
  culprit: object,
  { name }: { name: string },
  who: string,
  call: (event: Event) => unknown,
  event?: Event,
): void {
  try {
    const result = call(event as Event)
    if (result instanceof Promise) result.catch((error) => report(culprit, name, `${who} threw`, error))
  } catch (error) {
    report(culprit, name, `${who} threw`, error)
  }
}
