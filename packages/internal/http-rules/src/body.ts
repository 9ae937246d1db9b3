/**
 * How the body of a response ends: read completely, cancelled by its reader, or broken off. `unread` is not an end: the reading has not
 * begun yet.
 */
export type BodyEnd = 'complete' | 'unread' | 'cancelled' | 'broken'

/**
 * Called once with how a body ends, and before that with `unread` if its reading has not begun one turn of the event loop from now.
 */
export type OnBodyEnd = (end: BodyEnd, error?: unknown) => void

/**
 * Whether the outcome of a response can wait for the end of its body. Not without a body, nor for an event stream: its end says
 * nothing, because the reader cancels it.
 */
export function isBodyAwaited(status: number, method: string | undefined, contentType: unknown): boolean {
  if (status < 200 || status === 204 || status === 304 || method?.toUpperCase() === 'HEAD') return false
  return !/^\s*text\/event-stream\s*(;|$)/i.test(String(contentType))
}
