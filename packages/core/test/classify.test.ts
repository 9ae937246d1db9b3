import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  CallTimeoutError,
  CircuitOpenError,
  type Classify,
  consecutiveFailures,
  defaultClassify,
  type Outcome,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

const errorWith = (traits: object) => Object.assign(new Error('local'), traits)
class BottleneckError extends Error {}
const hostile = {
  get name() {
    throw new Error('hostile')
  },
}

describe('by default', () => {
  test.each<[string, unknown, Outcome]>([
    ['an error', down, 'failure'],
    ['undefined', undefined, 'failure'],
    ['null', null, 'failure'],
    ['a string', 'AbortError', 'failure'],
    ['an object without a prototype', Object.create(null), 'failure'],
    ['a hostile error', hostile, 'failure'],
    ['a call timeout', new CallTimeoutError('b', 5), 'failure'],
    ['the TimeoutError of AbortSignal.timeout', new DOMException('slow', 'TimeoutError'), 'failure'],
    ['a refused connection', errorWith({ code: 'ECONNREFUSED' }), 'failure'],
    ['the AbortError of an AbortController', AbortSignal.abort().reason, 'ignored'],
    ['any AbortError', errorWith({ name: 'AbortError' }), 'ignored'],
    ['an AbortError of p-retry around a failure', errorWith({ name: 'AbortError', originalError: down }), 'failure'],
    [
      'an AbortError of p-retry around an abort',
      errorWith({ name: 'AbortError', originalError: new DOMException('gone', 'AbortError') }),
      'ignored',
    ],
    ["another breaker's rejection", new CircuitOpenError('other', 'open', 5), 'ignored'],
    ["opossum's open circuit", errorWith({ code: 'EOPENBREAKER' }), 'ignored'],
    ["opossum's capacity limit", errorWith({ code: 'ESEMLOCKED' }), 'ignored'],
    ["cockatiel's open circuit", errorWith({ isBrokenCircuitError: true }), 'ignored'],
    ["cockatiel's bulkhead", errorWith({ isBulkheadRejectedError: true }), 'ignored'],
    ["Bottleneck's rejection", new BottleneckError('This job has been dropped by Bottleneck'), 'ignored'],
    ['a job that timed out in Bottleneck', new BottleneckError('This job timed out after 5 ms.'), 'failure'],
    ["cockatiel's cache that is not there yet", errorWith({ isHydratingCircuitError: true }), 'ignored'],
    ["opossum's shutdown", errorWith({ code: 'ESHUTDOWN' }), 'ignored'],
    ["rate-limiter-flexible's rejection", { remainingPoints: 0, msBeforeNext: 500, consumedPoints: 3 }, 'ignored'],
  ])('%s has the documented outcome', async (_, error, expected) => {
    expect(defaultClassify({ status: 'rejected', reason: error })).toBe(expected)
    const { breaker } = closedBreaker()
    await expect(breaker.execute(() => Promise.reject(error)).then(String, () => 'rejected')).resolves.toBe('rejected')
    expect(breaker.snapshot().totals).toMatchObject({ success: 0, failure: 0, ignored: 0, [expected]: 1 })
    expect(breaker.state).toBe(expected === 'failure' ? 'open' : 'closed')
  })

  test.each([undefined, null, 0, new Error('a value'), { status: 500 }])('the value %s is a success', (value) => {
    expect(defaultClassify({ status: 'fulfilled', value })).toBe('success')
  })
})

test.each([
  [
    'a rejection inside an AbortError of p-retry',
    { name: 'AbortError', originalError: new CircuitOpenError('a', 'open', 5) },
  ],
  [
    'a rejection of rate-limiter-flexible without a class',
    Object.assign(Object.create(null), { msBeforeNext: 5, remainingPoints: 0 }),
  ],
])('%s is ignored by default', (_, reason) => {
  expect(defaultClassify({ status: 'rejected', reason })).toBe('ignored')
})

test('an error with only one of the two properties of a rate limiter is a failure', async () => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
  for (const trait of ['msBeforeNext', 'remainingPoints']) {
    await breaker.execute(() => Promise.reject({ [trait]: 1 })).catch(() => {})
  }
  expect(breaker.snapshot().totals).toMatchObject({ failure: 2, ignored: 0 })
})

describe('a user-defined classify', () => {
  test.each(['success', 'failure', 'ignored'] as const)(
    'decides: %s, whether resolved or rejected',
    async (outcome) => {
      for (const call of [() => Promise.resolve('answer'), () => Promise.reject('answer')]) {
        const classify = vi.fn(() => outcome)
        const { breaker } = closedBreaker({ classify })
        const answer = await breaker.execute<string>(call).catch((error: unknown) => error)
        expect(answer).toBe('answer')
        expect(classify).toHaveBeenCalledOnce()
        expect(breaker.snapshot().totals).toMatchObject({ success: 0, failure: 0, ignored: 0, [outcome]: 1 })
      }
    },
  )

  test('gets the same object as Promise.allSettled gives', async () => {
    const classify = vi.fn<Classify>(defaultClassify)
    const { breaker } = closedBreaker({ classify })
    await breaker.execute(() => 7)
    await breaker.execute(() => Promise.reject(down)).catch(() => {})
    expect(classify.mock.calls).toEqual([[{ status: 'fulfilled', value: 7 }], [{ status: 'rejected', reason: down }]])
  })

  test('can make a value open the breaker', async () => {
    const { breaker } = closedBreaker({ classify: ({ status }) => (status === 'fulfilled' ? 'failure' : 'ignored') })
    await expect(breaker.execute(() => ({ status: 503 }))).resolves.toEqual({ status: 503 })
    expect(breaker.state).toBe('open')
  })

  test.each([null, true, 'Success', 0, {}])(
    'that returns %j is replaced by the default and reported once',
    async (answer) => {
      const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
      const { breaker } = closedBreaker({ classify: () => answer as never })
      await breaker.execute(() => 1)
      await breaker.execute(() => 1)
      await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
      expect(breaker.snapshot().totals).toMatchObject({ success: 2, failure: 1 })
      expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('classify'))
    },
  )

  test('that throws is replaced by the default, is reported once and leaks no permit', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const classify = () => {
      throw new Error('my bug')
    }
    const { breaker } = halfOpenBreaker({ classify })
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    expect(breaker.snapshot().probes).toEqual({ live: 0, successes: 1, failures: 0 })
    await expect(breaker.execute(() => 2)).resolves.toBe(2)
    expect(breaker.state).toBe('closed')
    expect(printed).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
  })

  test('a report does not contain the properties of an error', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const classify = () => {
      throw Object.assign(new Error('my bug'), { headers: { authorization: 'Bearer s3cret' } })
    }
    await closedBreaker({ classify }).breaker.execute(() => 1)
    expect(printed.mock.calls.flat().join()).not.toContain('s3cret')
    expect(printed.mock.calls.flat().every((part) => typeof part === 'string')).toBe(true)
  })

  test('that is async by mistake is reported, and its rejection is not unhandled', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ classify: (async () => Promise.reject(new Error('my bug'))) as never })
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(printed).toHaveBeenCalledOnce()
  })
})

describe("another breaker's rejection as a cause", () => {
  const wrapped = (error: unknown, times: number): unknown => {
    let outer = error
    for (let n = 0; n < times; n++) outer = new Error('wrapped', { cause: outer })
    return outer
  }
  const outcomeOf = (reason: unknown) => defaultClassify({ status: 'rejected', reason })

  test.each([1, 2, 8])('is ignored under %i errors around it', async (times) => {
    const error = wrapped(new CircuitOpenError('inner', 'open', 5), times)
    expect(outcomeOf(error)).toBe('ignored')
    const { breaker } = closedBreaker()
    await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error)
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 0, ignored: 1 } })
  })

  test('is a failure under a thousand errors', () => {
    expect(outcomeOf(wrapped(new CircuitOpenError('inner', 'open', 5), 1_000))).toBe('failure')
  })

  test('is not looked for in a circle, nor behind a getter that throws', () => {
    const [one, two] = [new Error('one'), new Error('two')]
    one.cause = two
    two.cause = one
    expect(outcomeOf(one)).toBe('failure')
    const trap = Object.defineProperty(new Error('x'), 'cause', {
      get() {
        throw new Error('getter')
      },
    })
    expect(outcomeOf(trap)).toBe('failure')
    expect(outcomeOf(new Error('outer', { cause: trap }))).toBe('failure')
  })

  test('is ignored when the call rejects through an outer breaker', async () => {
    const inner = openBreaker().breaker
    const { breaker } = closedBreaker()
    const call = () =>
      inner
        .execute(() => 1)
        .catch((cause) => {
          throw new Error('payment failed', { cause })
        })
    await expect(breaker.execute(call)).rejects.toThrow('payment failed')
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', totals: { failure: 0, ignored: 1 } })
  })
})

describe('a classify that returns', () => {
  const rejectedBy = (answer: unknown) => new Error('the query failed', { cause: answer })

  test('an Error makes a call that has resolved a failure with that error', async () => {
    const failure = Object.assign(new Error('errors in the response'), { retryAfterMs: 5_000 })
    const { breaker } = closedBreaker({ classify: () => failure })
    const outcomes: unknown[] = []
    breaker.on('outcome', ({ outcome, error }) => outcomes.push([outcome, error]))
    await expect(breaker.execute(() => 'a response')).resolves.toBe('a response')
    expect(outcomes).toEqual([['failure', failure]])
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 5_000 })
  })

  test('an Error of another realm does so too', async () => {
    const { breaker } = closedBreaker({ classify: () => runInNewContext('new Error("of another realm")') })
    await breaker.execute(() => 'a response')
    expect(breaker.state).toBe('open')
  })

  test('an Error for a call that has rejected rejects with the error of the call', async () => {
    const { breaker } = closedBreaker({ classify: rejectedBy })
    await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
    expect(breaker.state).toBe('open')
  })

  test('undefined leaves the decision to the default, and is not reported', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ classify: () => undefined })
    await breaker.execute(() => 1)
    await breaker.execute(() => Promise.reject(new DOMException('', 'AbortError'))).catch(() => {})
    await breaker.execute(() => Promise.reject(down)).catch(() => {})
    expect(breaker.snapshot().totals).toMatchObject({ success: 1, ignored: 1, failure: 1 })
    expect(logged).not.toHaveBeenCalled()
  })
})
