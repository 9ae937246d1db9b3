import { type CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Feed } from '../src/feed.ts'
import { History } from '../src/history.ts'
import type { DeltaFrame, SnapshotFrame } from '../src/wire.ts'
import { settle } from './opened.ts'

let registry: CircuitBreakerRegistry
let history: History
let feed: Feed
let payments: CircuitBreaker

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 })
  registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(2), openDuration: 30_000 } })
  history = new History((breaker) => registry.has(breaker.name))
  payments = registry.get('payments')
  feed = new Feed(registry, history, false)
})
afterEach(() => {
  history.close()
  vi.useRealTimers()
})

const snapshot = (): SnapshotFrame => JSON.parse(feed.snapshot())
const turn = (): DeltaFrame | undefined => {
  const text = feed.turn()
  return text === undefined ? undefined : JSON.parse(text)
}
/** The turns until counts of closed breakers are due. */
const turns = () => [turn(), turn(), turn(), turn()].filter((frame) => frame !== undefined)

describe('the feed', () => {
  test('begins with every breaker, and with no configuration', () => {
    settle(payments, 3, 1)
    feed.start()
    const { heads, counts, steps } = snapshot()
    expect(heads).toEqual([
      [1, 'payments', 0, 1e9, null, null, null, null, 'count', 2, false, null, null, 'Error', 'ECONNREFUSED'],
    ])
    expect(counts).toEqual([[1, 3, 1, 0, 0, 0, 1, 1e9]])
    expect(steps).toEqual([])
    expect(feed.snapshot()).not.toMatch(/hunter2|probeTimeout/)
  })

  test('is silent while nothing changes, also while time passes', () => {
    settle(payments, 0, 2)
    // Its clock is slower than the wall clock.
    settle(registry.get('drifting', { now: () => 0.999 * performance.now() }), 0, 2)
    feed.start()
    for (let n = 0; n < 8; n++) {
      vi.advanceTimersByTime(501)
      expect(turn()).toBe(undefined)
    }
  })

  test('tells an opening at once: until when, why, and what failed', () => {
    feed.start()
    settle(payments, 0, 2)
    payments.tryAcquire()
    expect(turn()).toEqual({
      type: 'delta',
      now: 1e9,
      counts: [[1, 0, 2, 0, 1, 0, 2, 1e9]],
      steps: [[1, 1e9, 0, 1]],
      removed: [],
      heads: [
        [
          ...[1, 'payments', 1, 1e9, 1e9 + 30_000, 'opened because 2 calls in a row failed (threshold 2)', null, null],
          ...['count', 2, false, 1e9, 'opened because 2 calls in a row failed (threshold 2)', 'Error', 'ECONNREFUSED'],
        ],
      ],
    })
  })

  test('still tells why a breaker left closed when probes have failed since', () => {
    feed.start()
    settle(payments, 0, 2)
    vi.advanceTimersByTime(30_000)
    settle(payments, 0, 1)
    const head = turn()?.heads[0]
    expect(head?.slice(5, 6)).toEqual(['opened: a probe failed, for the 2nd time in a row'])
    expect(head?.slice(8, 13)).toEqual(['count', 2, false, 1e9, 'opened because 2 calls in a row failed (threshold 2)'])
    expect(snapshot().counts[0]?.[6]).toBe(2)
    payments.reset()
    expect(turn()?.heads[0]?.slice(11, 13)).toEqual([null, null])
  })

  test('sends the counts of closed breakers at every fourth turn, those of others at every one', () => {
    feed.start()
    const sent: number[][] = []
    for (let n = 0; n < 4; n++) {
      settle(payments, 1, 0)
      sent.push((turn()?.counts ?? []).map(([, success]) => success))
    }
    expect(sent.flat()).toHaveLength(1)
    payments.forceOpen()
    turn()
    for (let n = 0; n < 3; n++) {
      payments.tryAcquire()
      expect(turn()?.counts).toHaveLength(1)
    }
  })

  test('loses no call, whenever a page comes', () => {
    feed.start()
    let total = 0
    for (let n = 0; n < 10; n++) {
      settle(payments, 1, 0)
      const frame = turn()
      total = frame?.counts[0]?.[1] ?? total
      expect(snapshot().counts[0]?.[1]).toBe(frame === undefined ? snapshot().counts[0]?.[1] : n + 1)
    }
    total = turns().at(-1)?.counts[0]?.[1] ?? total
    expect(total).toBe(10)
  })

  test('tells which breakers come and go', () => {
    feed.start()
    registry.get('search')
    expect(turn()?.heads.map(([, name]) => name)).toEqual(['search'])
    registry.delete('payments')
    expect(turn()).toMatchObject({ removed: [1], heads: [] })
    expect(snapshot().heads.map(([, name]) => name)).toEqual(['search'])
  })

  test('tells the transitions of the last fifteen minutes, and the one before them', () => {
    for (let n = 0; n < 4; n++) {
      payments.forceOpen()
      vi.advanceTimersByTime(300_000)
      payments.reset()
      vi.advanceTimersByTime(300_000)
    }
    feed.start()
    // The strip begins 900 s ago, at 1 500 s of 2 400 s.
    expect(snapshot().steps.map(([, at, , to]) => [(at - 1e9) / 1_000, to])).toEqual([
      [1_500, 0],
      [1_800, 1],
      [2_100, 0],
    ])
  })

  test('shows an override with its note and its end', () => {
    feed.start()
    payments.forceOpen('migration', { for: 60_000 })
    expect(turn()?.heads[0]?.slice(6, 8)).toEqual(['migration', 1e9 + 60_000])
    payments.forceClosed()
    expect(turn()?.heads[0]?.slice(6, 8)).toEqual(['', null])
  })

  test('leaves out a breaker whose trip policy describes itself in nonsense, and reports it once', () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const start = () => ({
      success: () => undefined,
      failure: () => undefined,
      snapshot: () => ({ calls: 0, failures: 0 }),
    })
    registry.get('odd', { trip: { name: 'odd', config: { policies: [null] }, start } })
    feed.start()
    turn()
    expect(snapshot().heads.map(([, name]) => name)).toEqual(['payments'])
    expect(logged.mock.calls.map(([line]) => String(line).split(':')[1])).toEqual([
      ' the breaker "odd" can\'t be shown',
    ])
    logged.mockRestore()
  })

  test('counts again from the registry when pages come back', () => {
    feed.start()
    feed.stop()
    settle(payments, 5, 0)
    feed.start()
    expect(snapshot().counts[0]?.[1]).toBe(5)
  })
})
