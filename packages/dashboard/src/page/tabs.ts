import type { Frame } from '../wire.ts'
import { follow, type Status, status } from './connection.ts'
import { apply, toSnapshot } from './model.ts'
import { serverNow, stopTime } from './time.ts'

/** What tabs of one browser tell each other. */
type Message = { readonly hello: true } | { readonly frame: Frame } | { readonly status: Status }

/**
 * The visible tabs of one browser share one stream: the tab that holds the lock reads it and passes it on. A hidden tab reads nothing.
 * Without the lock, which browsers have in secure contexts only, each visible tab reads a stream of its own.
 */
export function shareStream(): void {
  const name = `cb-dashboard ${new URL('.', location.href).pathname}`
  const channel = new BroadcastChannel(name)
  let visit: AbortController | undefined
  /** The visit that reads the stream: the one before may still be ending. */
  let leading: AbortController | undefined
  let isReady = false

  const tell = (next: Status) => {
    if (next.kind === 'stale') stopTime()
    if (next.kind !== status.value.kind || next.kind === 'stale') status.value = next
  }
  const take = (frame: Frame) => {
    if (frame.type === 'snapshot') isReady = true
    if (isReady) apply(frame)
  }
  const lead = async (own: AbortController) => {
    leading = own
    isReady = false
    await follow(
      own.signal,
      (frame) => {
        take(frame)
        channel.postMessage({ frame } satisfies Message)
      },
      (next) => {
        if (next.kind !== status.value.kind || next.kind === 'stale')
          channel.postMessage({ status: next } satisfies Message)
        tell(next)
      },
    )
    if (leading === own) leading = undefined
  }

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (visit === undefined) return
    const isLeader = leading === visit
    if ('hello' in data) {
      const frame = isLeader && isReady ? toSnapshot(serverNow()) : undefined
      if (frame === undefined) return
      channel.postMessage({ frame } satisfies Message)
      channel.postMessage({ status: status.value } satisfies Message)
    } else if (isLeader) return
    else if ('status' in data) tell(data.status)
    else {
      take(data.frame)
      if (isReady) tell({ kind: 'live' })
    }
  }

  const begin = () => {
    const own = new AbortController()
    visit = own
    isReady = false
    channel.postMessage({ hello: true } satisfies Message)
    if (navigator.locks === undefined) void lead(own)
    else navigator.locks.request(name, { signal: own.signal }, () => lead(own)).catch(() => {}) // hidden before it was its turn
  }
  const end = () => {
    visit?.abort()
    visit = undefined
  }
  const look = () => {
    if (document.visibilityState === 'hidden') end()
    else if (visit === undefined) begin()
  }
  document.addEventListener('visibilitychange', look)
  addEventListener('pagehide', end)
  addEventListener('pageshow', look)
  look()
}
