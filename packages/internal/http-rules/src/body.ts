/**
 * How the body of a response ends: read completely, cancelled by its reader, or broken off. `unread` is not an end: the reading has not
 * begun yet.
 */
export type BodyEnd = 'complete' | 'unread' | 'cancelled' | 'broken'

/**
 * Whether the outcome of a response can wait for the end of its body. Not without a body, nor for an event stream: its end says
 * nothing, because the reader cancels it.
 */
export function isBodyAwaited(status: number, method: string | undefined, contentType: unknown): boolean {
  if (status < 200 || status === 204 || status === 304 || method?.toUpperCase() === 'HEAD') return false
  return !/^\s*text\/event-stream\s*(;|$)/i.test(String(contentType))
}
