import { runInNewContext } from 'node:vm'
import { deferred } from '@cb/test-kit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, consecutiveFailures, type OutcomeEvent, observe } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

describe('listeners', () => {
  test('get events in the order in which they happened, also those that they cause themselves', () => {
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

  test('run after the step is complete', () => {
    const { breaker } = closedBreaker()
    const seen: unknown[] = []
    breaker.on('outcome', () => seen.push([breaker.state, breaker.snapshot().totals.failure, breaker.snapshot().opens]))
    breaker.acquire().failure(down)
    expect(seen).toEqual([['open', 1, 1]])
  })

  test('that throw affect neither the call nor other listeners, and are reported once', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
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
    expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
  })

  test('that are async and reject affect nothing and are reported once', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ trip: consecutiveFailures(3) })
    breaker.on('outcome', async () => {
      throw new Error('my async bug')
    })
    for (let n = 0; n < 3; n++) breaker.acquire().success()
    await new Promise((resolve) => setImmediate(resolve))
    expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my async bug'))
  })

  test('get no event after they unsubscribed, and unsubscribing twice is harmless', () => {
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

  test('subscribed twice get each event twice, and each function unsubscribes one', () => {
    const { breaker } = closedBreaker()
    const listener = vi.fn()
    const end = breaker.on('outcome', listener)
    breaker.on('outcome', listener)
    breaker.acquire().success()
    end()
    breaker.acquire().success()
    expect(listener).toHaveBeenCalledTimes(3)
  })

  test('that unsubscribe during an event do not hide it from the others', () => {
    const { breaker } = closedBreaker()
    const after = vi.fn()
    const once = vi.fn(() => end())
    const end = breaker.on('outcome', once)
    breaker.on('outcome', after)
    breaker.acquire().success()
    breaker.acquire().success()
    expect([once.mock.calls.length, after.mock.calls.length]).toEqual([1, 2])
  })

  test('that an earlier listener unsubscribed do not get the event any more', () => {
    const { breaker } = closedBreaker()
    const ended = vi.fn()
    breaker.on('outcome', () => end())
    const end = breaker.on('outcome', ended)
    breaker.acquire().success()
    expect(ended).not.toHaveBeenCalled()
  })

  test('that emit events in a loop are cut off and reported, and the breaker still works', () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker()
    const end = breaker.on('transition', ({ to }) => (to === 'open' ? breaker.forceClosed() : breaker.forceOpen()))
    breaker.forceOpen()
    expect(printed).toHaveBeenCalledOnce()
    end()
    breaker.reset()
    const transition = vi.fn()
    breaker.on('transition', transition)
    breaker.acquire().failure(down)
    expect(transition).toHaveBeenCalledOnce()
  })

  test('that emit ever more events are cut off after 10 000', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = openBreaker()
    let events = 0
    breaker.on('rejection', () => {
      events++
      breaker.tryAcquire()
      breaker.tryAcquire()
    })
    breaker.tryAcquire()
    expect(events).toBe(10_000)
  })

  test('may make calls through the breaker', async () => {
    const { breaker } = halfOpenBreaker({ halfOpen: { successThreshold: 1 } })
    const inner: Promise<string>[] = []
    breaker.on('transition', () => inner.push(breaker.execute(() => 'inner')))
    await expect(breaker.execute(() => 'outer')).resolves.toBe('outer')
    await expect(Promise.all(inner)).resolves.toEqual(['inner'])
  })

  test('added while a call is in flight get its outcome, without a duration', async () => {
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

test('events are frozen: a listener can not change an event for the next listener', () => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(1) })
  const seen: unknown[] = []
  for (const name of ['outcome', 'transition', 'rejection'] as const) {
    breaker.on(name, (event) => seen.push([name, Object.isFrozen(event)]))
  }
  breaker.acquire().failure(down)
  breaker.tryAcquire()
  expect(seen).toEqual([
    ['outcome', true],
    ['transition', true],
    ['rejection', true],
  ])
})

function outcomesOf(breaker: CircuitBreaker): OutcomeEvent[] {
  const seen: OutcomeEvent[] = []
  breaker.on('outcome', (event) => seen.push(event))
  return seen
}

test('a listener added after many calls gets the duration of the next one', async () => {
  const breaker = new CircuitBreaker()
  await breaker.execute(() => 1)
  await breaker.execute(() => 1)
  const seen = outcomesOf(breaker)
  await breaker.execute(() => 1)
  expect(seen).toMatchObject([{ outcome: 'success', duration: expect.any(Number) }])
})

test('a listener added during a call that is cancelled gets the outcome ignored', async () => {
  const breaker = new CircuitBreaker()
  const cancelled = deferred()
  const call = breaker.execute(() => cancelled.promise)
  const seen = outcomesOf(breaker)
  cancelled.reject(new DOMException('changed my mind', 'AbortError'))
  await expect(call).rejects.toThrow('changed my mind')
  expect(seen).toMatchObject([{ outcome: 'ignored' }])
})

test('a listener added during a call that fails gets the failure, which counts', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const failed = deferred()
  const call = breaker.execute(() => failed.promise)
  const seen = outcomesOf(breaker)
  failed.reject(new Error('down'))
  await expect(call).rejects.toThrow('down')
  expect(seen).toMatchObject([{ outcome: 'failure' }])
  expect(breaker.state).toBe('open')
})

describe('a listener that returns something odd', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  test('such as a rejected promise of another realm is reported once, and the rejection is handled', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ trip: consecutiveFailures(9) })
    breaker.on('outcome', () => runInNewContext('Promise.reject(new Error("my bug"))'))
    for (let n = 0; n < 3; n++) breaker.acquire().success()
    await settled()
    expect(printed).toHaveBeenCalledOnce()
  })

  test('such as a rejected promise of a subclass is reported once, and the rejection is handled', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    class Tracked<T> extends Promise<T> {}
    const { breaker } = closedBreaker()
    breaker.on('outcome', () => Tracked.reject(new Error('my bug')) as never)
    breaker.acquire().success()
    await settled()
    expect(printed).toHaveBeenCalledOnce()
  })

  test.each<[string, () => unknown]>([
    [
      'a then that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a hostile value
        then() {
          throw new Error('my bug')
        },
      }),
    ],
    [
      'a getter of then that throws',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('my bug')
          },
        }),
    ],
    ['a proxy that throws', () => new Proxy({}, { get: () => expect.unreachable() })],
  ])('such as an object with %s does not break the call or the other listeners', async (_, odd) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker()
    const other = vi.fn()
    breaker.on('outcome', odd as never)
    breaker.on('outcome', other)
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    await settled()
    expect(other).toHaveBeenCalledOnce()
  })
})

test('an observer that emits events in a loop does not hang, and is reported', () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { breaker } = closedBreaker()
  breaker.forceOpen()
  let seen = 0
  const end = observe({
    rejection: (_event, again) => {
      seen++
      again.tryAcquire()
    },
  })
  breaker.tryAcquire()
  end()
  expect(seen).toBe(10_000)
  expect(logged.mock.calls).toEqual([[expect.stringContaining('listeners emit events in a loop')]])
})
