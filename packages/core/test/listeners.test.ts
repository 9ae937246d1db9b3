import { afterEach, describe, expect, test, vi } from 'vitest'
import { consecutiveFailures } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

describe('listeners', () => {
  test('are told in the order in which things happened, also when they cause more', () => {
    const { breaker } = closedBreaker()
    const seen: string[] = []
    breaker.on('transition', ({ to }) => {
      seen.push(`first: ${to}`)
      if (to === 'open') breaker.reset()
    })
    breaker.on('transition', ({ to }) => seen.push(`second: ${to}`))
    breaker.on('outcome', ({ outcome }) => seen.push(outcome))
    breaker.acquire().failure(down)
    expect(seen).toEqual(['failure', 'first: open', 'second: open', 'first: closed', 'second: closed'])
  })

  test('hear of a step after it is complete', () => {
    const { breaker } = closedBreaker()
    const seen: unknown[] = []
    breaker.on('outcome', () => seen.push([breaker.state, breaker.snapshot().totals.failure, breaker.snapshot().opens]))
    breaker.acquire().failure(down)
    expect(seen).toEqual([['open', 1, 1]])
  })

  test('that throw harm neither the call nor the others, and are reported once', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ trip: consecutiveFailures(3) })
    const bad = () => {
      throw new Error('my bug')
    }
    const good = vi.fn()
    for (const event of ['outcome', 'transition', 'rejection'] as const) {
      breaker.on(event, bad)
      breaker.on(event, good)
    }
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    for (let n = 0; n < 3; n++) await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
    expect(breaker.tryAcquire().admitted).toBe(false)
    expect(good).toHaveBeenCalledTimes(6)
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
  })

  test('that are async and reject harm nothing and are reported once', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ trip: consecutiveFailures(3) })
    breaker.on('outcome', async () => {
      throw new Error('my async bug')
    })
    for (let n = 0; n < 3; n++) breaker.acquire().success()
    await new Promise((resolve) => setImmediate(resolve))
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my async bug'))
  })

  test('hear nothing more once they have ended it, and ending twice is harmless', () => {
    const { breaker } = closedBreaker()
    const [one, other] = [vi.fn(), vi.fn()]
    const end = breaker.on('outcome', one)
    breaker.on('outcome', other)
    breaker.acquire().success()
    end()
    end()
    breaker.acquire().success()
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([1, 2])
  })

  test('given twice are told twice, and each end ends one', () => {
    const { breaker } = closedBreaker()
    const listener = vi.fn()
    const end = breaker.on('outcome', listener)
    breaker.on('outcome', listener)
    breaker.acquire().success()
    end()
    breaker.acquire().success()
    expect(listener).toHaveBeenCalledTimes(3)
  })

  test('that end themselves while being told hide the event from nobody', () => {
    const { breaker } = closedBreaker()
    const after = vi.fn()
    const once = vi.fn(() => end())
    const end = breaker.on('outcome', once)
    breaker.on('outcome', after)
    breaker.acquire().success()
    breaker.acquire().success()
    expect([once.mock.calls.length, after.mock.calls.length]).toEqual([1, 2])
  })

  test('that were ended by an earlier listener are not told any more', () => {
    const { breaker } = closedBreaker()
    const ended = vi.fn()
    breaker.on('outcome', () => end())
    const end = breaker.on('outcome', ended)
    breaker.acquire().success()
    expect(ended).not.toHaveBeenCalled()
  })

  test('that cause events in a circle do not hang, and the breaker goes on', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker()
    const end = breaker.on('transition', ({ to }) => (to === 'open' ? breaker.forceClosed() : breaker.forceOpen()))
    breaker.forceOpen()
    expect(said).toHaveBeenCalledOnce()
    end()
    breaker.reset()
    const transition = vi.fn()
    breaker.on('transition', transition)
    breaker.acquire().failure(down)
    expect(transition).toHaveBeenCalledOnce()
  })

  test('that cause more and more events do not hang either', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = openBreaker()
    let told = 0
    breaker.on('rejection', () => {
      told++
      breaker.tryAcquire()
      breaker.tryAcquire()
    })
    breaker.tryAcquire()
    expect(told).toBe(10_000)
  })

  test('may make calls through the breaker', async () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold: 1 } })
    const inner: Promise<string>[] = []
    breaker.on('transition', () => inner.push(breaker.execute(() => 'inner')))
    await expect(breaker.execute(() => 'outer')).resolves.toBe('outer')
    await expect(Promise.all(inner)).resolves.toEqual(['inner'])
  })

  test('that come while a call is in flight hear how it went, without a duration', async () => {
    const { breaker } = closedBreaker()
    const call = breaker.execute(async () => 1)
    const outcome = vi.fn()
    breaker.on('outcome', outcome)
    await call
    expect(outcome).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ outcome: 'success', duration: undefined }),
    )
  })
})

test('events are frozen: one listener can not change what the next one hears', () => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(1) })
  const heard: unknown[] = []
  for (const name of ['outcome', 'transition', 'rejection'] as const) {
    breaker.on(name, (event) => heard.push([name, Object.isFrozen(event)]))
  }
  breaker.acquire().failure(down)
  breaker.tryAcquire()
  expect(heard).toEqual([
    ['outcome', true],
    ['transition', true],
    ['rejection', true],
  ])
})
