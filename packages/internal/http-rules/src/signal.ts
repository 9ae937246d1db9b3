/** The part of an AbortSignal that is used here; axios also accepts other objects that have it. */
export interface Signal {
  readonly aborted: boolean
  readonly reason?: unknown
  // biome-ignore lint/suspicious/noExplicitAny: as axios declares it
  addEventListener?: (...args: any) => any
  // biome-ignore lint/suspicious/noExplicitAny: as axios declares it
  removeEventListener?: (...args: any) => any
}

/** Whether it is no signal, or can't be listened to: whoever is called rejects it, and it is the caller's. */
export function isUnusable(signal: Signal | null | undefined): boolean {
  if (signal == null || (signal instanceof AbortSignal && !Object.hasOwn(signal, 'addEventListener'))) return false
  const { aborted, addEventListener, removeEventListener } = signal
  if (aborted) return false
  const listener = () => {}
  try {
    addEventListener?.call(signal, 'abort', listener)
  } catch {
    return true
  }
  try {
    removeEventListener?.call(signal, 'abort', listener)
  } catch {
    // It keeps the listener, which does nothing.
  }
  return addEventListener === undefined
}
