/** What becomes of a body: read to its end, cancelled by its reader or broken off; before that, perhaps, read by nobody. */
export type BodyEnd = 'complete' | 'unread' | 'cancelled' | 'broken'

/**
 * Whether the outcome of an answer can wait for the end of its body. Not where there is none, nor for a stream of events, which
 * ends when somebody has had enough.
 */
export function isBodyAwaited(status: number, method: string | undefined, contentType: unknown): boolean {
  if (status < 200 || status === 204 || status === 304 || method?.toUpperCase() === 'HEAD') return false
  return !/^\s*text\/event-stream\s*(;|$)/i.test(String(contentType))
}
