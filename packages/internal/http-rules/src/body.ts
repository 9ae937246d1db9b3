import type { BodyText } from './body-text.ts'

/**
 * How the body of a response ends: read completely, cancelled by its reader, or broken off. `unread` is not an end: the reading has not
 * begun yet.
 */
export type BodyEnd = 'complete' | 'unread' | 'cancelled' | 'broken'

/**
 * Called once with how a body ends, and before that with `unread` if its reading has not begun one turn of the event loop from now.
 * @param error  of a body that broke off. @param text  what its reader has got, where that was asked for.
 */
export type OnBodyEnd = (end: BodyEnd, error?: unknown, text?: BodyText) => void

/** Whether a response has a body, for whose end its outcome can wait. */
export function hasBody(status: number, method: string | undefined): boolean {
  return status >= 200 && status !== 204 && status !== 304 && method?.toUpperCase() !== 'HEAD'
}

/** By default the end of such a body says nothing, because mostly its reader cancels it. */
export function isEventStream(contentType: unknown): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(String(contentType))
}
