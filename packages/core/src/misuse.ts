import { format, onRejection, swallowRejection, warnOnce as warn } from '@cb/checks'

export { isError, onRejection, swallowRejection } from '@cb/checks'

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

/** @throws TypeError for a promise: policies answer at once. */
export function checkSynchronous<Answer>(answer: Answer): Answer {
  if (typeof (answer as { then?: unknown } | null | undefined)?.then !== 'function') return answer
  swallowRejection(answer)
  throw new TypeError('it must answer at once, got a promise')
}

/** @throws TypeError unless a policy's `start` has given an object with the methods. */
export function checkMonitor<Monitor>(monitor: Monitor, ...methods: (keyof Monitor & string)[]): Monitor {
  if (methods.every((method) => typeof checkSynchronous(monitor)?.[method] === 'function')) return monitor
  throw new TypeError(`start() must return an object with ${methods.join(', ')}`)
}
