import { format, onRejection, warnOnce as warn } from '@cb/checks'

export { onRejection, swallowRejection } from '@cb/checks'

/** Logs once per culprit that a function of the user has misbehaved. */
export function warnOnce(culprit: object, breaker: string, what: string, error?: unknown): void {
  warn(`@cb/core: circuit breaker ${format(breaker)}`, culprit, what, error)
}

/** Calls a function of the user that must not break anything: what it throws, or rejects with, is logged once. */
export function callSafely<Event>(
  culprit: object,
  breaker: string,
  who: string,
  call: (event: Event) => unknown,
  event?: Event,
): void {
  try {
    onRejection(call(event as Event), (error) => warnOnce(culprit, breaker, `${who} threw`, error))
  } catch (error) {
    warnOnce(culprit, breaker, `${who} threw`, error)
  }
}
