import { computed, signal } from '@preact/signals'

/** The clock of the server, in whole seconds of its own; it stands still while there is no connection. */
export const now = signal(Date.now())

let offset = 0
let running = true

/** The server's clock may differ from ours. */
export function align(serverNow: number): void {
  offset = serverNow - Date.now()
  running = true
  if (Math.abs(serverNow - now.peek()) > 500) now.value = serverNow
}

/** What was true at the last frame must not be shown as if it went on. */
export function stopTime(): void {
  running = false
}

export function serverNow(): number {
  return Date.now() + offset
}

setInterval(() => {
  if (running && document.visibilityState === 'visible') now.value = serverNow()
}, 1_000)

/** Changes every five seconds: for what there may be a thousand of. */
export const slowNow = computed(() => Math.floor(now.value / 5_000))
