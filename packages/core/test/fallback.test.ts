import { describe, expect, test, vi } from 'vitest'
import { CircuitBreakerRegistry, CircuitOpenError, consecutiveFailures, observe } from '../src/index.ts'
import { closedBreaker, down, openBreaker } from './in-state.ts'

const failing = () => Promise.reject(down)

test('a fallback is not called when the call succeeds', async () => {
  const fallback = vi.fn()
  await expect(closedBreaker().breaker.execute(() => 1, { fallback })).resolves.toBe(1)
  expect(fallback).not.toHaveBeenCalled()
})

test.each([
  ['a value', () => 'cached'],
  ['a promise', async () => 'cached'],
])('a fallback that returns %s replaces the error of a failed call, which still counts', async (_, fallback) => {
  const { breaker } = closedBreaker()
  await expect(breaker.execute(failing, { fallback })).resolves.toBe('cached')
  expect(breaker.snapshot()).toMatchObject({ state: 'open', totals: { failure: 1, success: 0 } })
})

test('a fallback is called with the CircuitOpenError of a rejected call', async () => {
  const { breaker } = openBreaker()
  const fallback = vi.fn(() => 'cached')
  await expect(breaker.execute(failing, { fallback })).resolves.toBe('cached')
  expect(fallback).toHaveBeenCalledExactlyOnceWith(expect.any(CircuitOpenError))
})

describe('a fallback passes through', () => {
  test.each(['ignored', 'success'] as const)('an error that classify says is %s', async (outcome) => {
    const fallback = vi.fn()
    const { breaker } = closedBreaker({ classify: () => outcome })
    await expect(breaker.execute(failing, { fallback })).rejects.toBe(down)
    expect(fallback).not.toHaveBeenCalled()
  })

  test('an abort that is not of the signal', async () => {
    const fallback = vi.fn()
    const abort = new DOMException('stopped', 'AbortError')
    await expect(closedBreaker().breaker.execute(() => Promise.reject(abort), { fallback })).rejects.toBe(abort)
    expect(fallback).not.toHaveBeenCalled()
  })
})

describe('a fallback answers for', () => {
  test('the rejection of another breaker inside the call, also as a cause', async () => {
    const { breaker } = closedBreaker()
    const inner = openBreaker().breaker
    const fallback = () => 'cached'
    await expect(breaker.execute(() => inner.execute(() => 1), { fallback })).resolves.toBe('cached')
    const wrapped = () => inner.execute(() => 1).catch((cause) => Promise.reject(new Error('no offers', { cause })))
    await expect(breaker.execute(wrapped, { fallback })).resolves.toBe('cached')
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', fallbacks: 2, totals: { ignored: 2 } })
  })

  test('a value that counts as a failure, which is the cause of the error', async () => {
    const fallback = vi.fn((error) => error.cause)
    const { breaker } = closedBreaker({ classify: () => 'failure' })
    await expect(breaker.execute(() => 503, { fallback })).resolves.toBe(503)
    expect(fallback.mock.lastCall?.[0]).toMatchObject({
      message: 'the call has resolved to a value that counts as a failure',
    })
  })

  test('a value of which classify has made an error, with that error', async () => {
    const { breaker } = closedBreaker({ classify: () => down })
    await expect(breaker.execute(() => 503, { fallback: (error) => error })).resolves.toBe(down)
  })

  test('a call that exceeds its time, and a function behind wrap', async () => {
    vi.useFakeTimers()
    const { breaker } = closedBreaker({ callTimeout: 50, trip: consecutiveFailures(9) })
    const wrapped = breaker.wrap(() => new Promise<string>(() => {}), { fallback: () => 'cached' })
    const call = wrapped()
    await vi.advanceTimersByTimeAsync(50)
    await expect(call).resolves.toBe('cached')
    vi.useRealTimers()
  })
})

describe('an answer of a fallback', () => {
  test('is counted and announced, with what it replaced, once it is there', async () => {
    const { breaker, clock } = closedBreaker()
    const events: unknown[] = []
    breaker.on('fallback', (event) => events.push(event))
    const end = observe({ fallback: (event, of) => events.push([event, of]) })
    await breaker.execute(failing, { fallback: () => 'cached' })
    clock.advance(5)
    const rejected = await breaker.execute(failing, { fallback: (error) => error })
    end()
    const [first, second] = [
      { breaker: 'test', at: 5_000, error: down },
      { breaker: 'test', at: 5_005, error: rejected },
    ]
    expect(events).toEqual([first, [first, breaker], second, [second, breaker]])
    expect(breaker.snapshot().fallbacks).toBe(2)
  })

  test('is announced to the listeners of a registry', async () => {
    const registry = new CircuitBreakerRegistry()
    const seen = vi.fn()
    registry.on('fallback', (event, breaker) => seen(event.breaker, breaker.name))
    await registry.get('a').execute(failing, { fallback: () => 1 })
    expect(seen).toHaveBeenCalledExactlyOnceWith('a', 'a')
  })

  test('is none if the fallback throws', async () => {
    const { breaker } = closedBreaker()
    await breaker.execute(failing, { fallback: () => Promise.reject(down) }).catch(() => {})
    expect(breaker.snapshot().fallbacks).toBe(0)
  })

  test('is counted by countFallback for code that has fallbacks of its own', () => {
    const { breaker } = closedBreaker()
    const seen = vi.fn()
    breaker.on('fallback', seen)
    breaker.countFallback(down)
    expect(seen).toHaveBeenCalledExactlyOnceWith({ breaker: 'test', at: 5_000, error: down })
    expect(breaker.snapshot().fallbacks).toBe(1)
  })
})

describe('the error of a fallback', () => {
  const own = new Error('cache is down')
  const throwOwn = () => {
    throw own
  }

  test.each([
    ['throws', throwOwn],
    ['rejects', () => Promise.reject(own)],
  ])('that %s reaches the caller, with nothing written onto it', async (_, fallback) => {
    const before = Reflect.ownKeys(own)
    await expect(closedBreaker().breaker.execute(failing, { fallback })).rejects.toBe(own)
    expect(Reflect.ownKeys(own)).toEqual(before)
  })

  test('that is a constant is the same for every caller', async () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(9) })
    for (const message of ['of A', 'of B']) {
      const call = breaker.execute(() => Promise.reject(new Error(message)), { fallback: throwOwn })
      await expect(call).rejects.toBe(own)
    }
    expect(own).not.toHaveProperty('cause')
  })

  test('that has a cause keeps it', async () => {
    const error = new Error('mine', { cause: 'another' })
    const result = closedBreaker().breaker.execute(failing, { fallback: () => Promise.reject(error) })
    await expect(result).rejects.toMatchObject({ cause: 'another' })
  })
})

describe('a fallback that calls a second breaker, which is open', () => {
  const both = () => ({ first: closedBreaker({ trip: consecutiveFailures(9) }).breaker, second: openBreaker().breaker })

  test('rejects with an error of the second breaker whose cause is the error of the call', async () => {
    const { first, second } = both()
    const error = await first.execute(failing, { fallback: () => second.execute(() => 1) }).catch((reason) => reason)
    expect(error).toBeInstanceOf(CircuitOpenError)
    expect(error).toMatchObject({
      code: 'ECIRCUITOPEN',
      breaker: 'test',
      reason: 'open',
      retryAfterMs: 1_000,
      cause: down,
    })
    expect(error.message).toBe('test is open: 1 failure; retry after 1 s')
  })

  test('gives two callers that fail in the same millisecond each their own cause', async () => {
    const { first, second } = both()
    const causes = ['of A', 'of B'].map((message) =>
      first
        .execute(() => Promise.reject(new Error(message)), { fallback: () => second.execute(() => 1) })
        .catch((error) => error.cause.message),
    )
    expect(await Promise.all(causes)).toEqual(['of A', 'of B'])
  })

  test('does not write onto the error of the second breaker, which others may hold', async () => {
    const { first } = both()
    const constant = new CircuitOpenError('second', 'open', 5)
    const causes: unknown[] = []
    for (const message of ['of A', 'of B']) {
      const fallback = () => Promise.reject(constant)
      const error = await first
        .execute(() => Promise.reject(new Error(message)), { fallback })
        .catch((reason) => reason)
      expect(error).not.toBe(constant)
      causes.push(error.cause.message)
    }
    expect(causes).toEqual(['of A', 'of B'])
    expect(constant).not.toHaveProperty('cause')
  })

  test('does not change a frozen error of the second breaker', async () => {
    const { first } = both()
    const frozen = Object.freeze(new CircuitOpenError('second', 'forced-open', null))
    const error = await first.execute(failing, { fallback: () => Promise.reject(frozen) }).catch((reason) => reason)
    expect(error).toMatchObject({ breaker: 'second', reason: 'forced-open', retryAfterMs: null, cause: down })
  })
})

test('a fallback may rethrow the error of a rejected call, which gets no cause', async () => {
  const { breaker } = openBreaker()
  let original: unknown
  const fallback = (error: unknown) => {
    original = error
    return Promise.reject(error)
  }
  const error = await breaker.execute(() => 1, { fallback }).catch((reason) => reason)
  expect(error).toBe(original)
  expect(error).not.toHaveProperty('cause')
})

test('a fallback may rethrow the error it was called with', async () => {
  const fallback = (error: unknown) => Promise.reject(error)
  await expect(closedBreaker().breaker.execute(failing, { fallback })).rejects.toBe(down)
  expect(down.cause).toBeUndefined()
})

test.each([Object.freeze(new Error('frozen')), 'text', undefined, null])(
  'a fallback that throws %s passes it on',
  async (thrown) => {
    const result = closedBreaker().breaker.execute(failing, { fallback: () => Promise.reject(thrown) })
    await expect(
      result.then(
        () => 'resolved',
        (error) => [error],
      ),
    ).resolves.toEqual([thrown])
  },
)

test('the failure of a fallback does not count', async () => {
  const { breaker } = closedBreaker()
  await breaker.execute(failing, { fallback: () => Promise.reject(new Error('cache')) }).catch(() => {})
  expect(breaker.snapshot().totals).toEqual({ success: 0, failure: 1, ignored: 0, rejected: 0, late: 0 })
})

test('a fallback may call the breaker, which has already recorded the failure', async () => {
  const { breaker } = closedBreaker()
  const fallback = () => breaker.execute(() => 1, { fallback: () => breaker.state })
  await expect(breaker.execute(failing, { fallback })).resolves.toBe('open')
})
