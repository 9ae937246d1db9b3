import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import { afterEach, beforeEach, vi } from 'vitest'

const realPerformance = performance

/** Time that stands still until `settle` moves it, for every test of the file; also that of `node:timers/promises`. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.advanceTimersByTime(1) // to lru-cache, what was stored at 0 never gets stale
    // vitest leaves these two as they are; lru-cache and p-retry would go on by the real clock.
    vi.spyOn(realPerformance, 'now').mockImplementation(() => performance.now())
    vi.spyOn(timersPromises, 'setTimeout').mockImplementation(sleep)
    syncBuiltinESMExports()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })
}

function sleep<T>(ms?: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DOMException('The operation was aborted', 'AbortError'))
    if (signal?.aborted) return abort()
    setTimeout(() => resolve(value as T), ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Moves time from timer to timer until the promise has settled. */
export async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  let settled: PromiseSettledResult<T> | undefined
  void Promise.allSettled([promise]).then(([result]) => {
    settled = result
  })
  for (let n = 0; n < 100; n++) {
    await vi.advanceTimersByTimeAsync(0)
    if (settled !== undefined) return settled
    await vi.advanceTimersToNextTimerAsync()
  }
  throw new Error('not settled after 100 timers')
}
