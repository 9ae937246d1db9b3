import { signal } from '@preact/signals'
import type { Frame } from '../wire.ts'

/** How the page gets its data. */
export type Status =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live' }
  | { readonly kind: 'stale'; readonly since: number; readonly problem: string }

export const status = signal<Status>({ kind: 'loading' })

/** The server sends at least a comment in this time and half of it again. */
const longestSilence = 25_000
const firstDelay = 500
const longestDelay = 10_000

/** When the last byte came. */
let heardAt = Date.now()

/** Reads the stream until the signal aborts, and opens it again whenever it ends. */
export async function follow(
  signal: AbortSignal,
  take: (frame: Frame) => void,
  tell: (status: Status) => void,
): Promise<void> {
  let delay = firstDelay
  heardAt = Date.now()
  while (!signal.aborted) {
    const problem = await readStream(signal, (frame) => {
      delay = firstDelay
      take(frame)
      tell({ kind: 'live' })
    })
    if (signal.aborted) return
    // A stream that ends after a frame is asked for again at once: the server ends each one after some minutes.
    if (problem !== undefined || delay > firstDelay)
      tell({ kind: 'stale', since: heardAt, problem: problem ?? 'the stream has ended' })
    await pause(delay * (0.75 + 0.5 * Math.random()), signal)
    delay = Math.min(2 * delay, longestDelay)
  }
}

/** @returns what went wrong, if anything did. */
async function readStream(signal: AbortSignal, take: (frame: Frame) => void): Promise<string | undefined> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), longestSilence)
  try {
    const response = await fetch('stream', {
      headers: { Accept: 'text/event-stream' },
      cache: 'no-store',
      signal: AbortSignal.any([signal, silence.signal]),
    })
    if (response.status === 403) return 'this browser may not see the breakers (403): sign in again and reload'
    if (!response.ok || response.body === null) return `the server answers with status ${response.status}`
    let text = ''
    const decoder = new TextDecoder()
    const reader = response.body.getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return undefined
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), longestSilence)
      heardAt = Date.now()
      const events = (text + decoder.decode(value, { stream: true })).split('\n\n')
      text = events.pop() as string
      for (const event of events) if (event.startsWith('data:')) takeSafely(JSON.parse(event.slice(5)), take)
    }
  } catch {
    return 'the server does not answer'
  } finally {
    clearTimeout(timer)
  }
}

/** A defect of this page must not look like one of the connection. */
function takeSafely(frame: Frame, take: (frame: Frame) => void): void {
  try {
    take(frame)
  } catch (error) {
    reportError(error)
  }
}

/** Shorter if the browser is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms)
    function end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      removeEventListener('online', end)
      resolve()
    }
    signal.addEventListener('abort', end)
    addEventListener('online', end)
  })
}
