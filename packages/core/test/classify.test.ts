import { afterEach, describe, expect, test, vi } from 'vitest'
import { CallTimeoutError, CircuitOpenError, type Classify, defaultClassify, type Outcome } from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'

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
    ["Bottleneck's refusal", new BottleneckError('This job has been dropped by Bottleneck'), 'ignored'],
    ['a job that timed out in Bottleneck', new BottleneckError('This job timed out after 5 ms.'), 'failure'],
    ["cockatiel's cache that is not there yet", errorWith({ isHydratingCircuitError: true }), 'ignored'],
    ["opossum's shutdown", errorWith({ code: 'ESHUTDOWN' }), 'ignored'],
    ["rate-limiter-flexible's refusal", { remainingPoints: 0, msBeforeNext: 500, consumedPoints: 3 }, 'ignored'],
  ])('%s is taken as it should be', async (_, error, expected) => {
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

describe('a classify of your own', () => {
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

  test('is given what Promise.allSettled would give', async () => {
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

  test.each([undefined, null, true, 'Success', 0, {}])(
    'that answers %j gives way to the default, said once',
    async (answer) => {
      const said = vi.spyOn(console, 'error').mockImplementation(() => {})
      const { breaker } = closedBreaker({ classify: () => answer as never })
      await breaker.execute(() => 1)
      await breaker.execute(() => 1)
      await expect(breaker.execute(() => Promise.reject(down))).rejects.toBe(down)
      expect(breaker.snapshot().totals).toMatchObject({ success: 2, failure: 1 })
      expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('classify'))
    },
  )

  test('that throws gives way to the default, said once, and leaks no permit', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const classify = () => {
      throw new Error('my bug')
    }
    const { breaker } = halfOpenBreaker({ classify })
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    expect(breaker.snapshot().probes).toEqual({ live: 0, successes: 1, failures: 0 })
    await expect(breaker.execute(() => 2)).resolves.toBe(2)
    expect(breaker.state).toBe('closed')
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('my bug'))
  })

  test('what is said does not show what hangs on an error', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const classify = () => {
      throw Object.assign(new Error('my bug'), { headers: { authorization: 'Bearer s3cret' } })
    }
    await closedBreaker({ classify }).breaker.execute(() => 1)
    expect(said.mock.calls.flat().join()).not.toContain('s3cret')
    expect(said.mock.calls.flat().every((part) => typeof part === 'string')).toBe(true)
  })

  test('that is async by mistake does no harm when it rejects', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ classify: (async () => Promise.reject(new Error('my bug'))) as never })
    await expect(breaker.execute(() => 1)).resolves.toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(said).toHaveBeenCalledOnce()
  })
})

test.each([
  ['a CallTimeoutError', new CallTimeoutError('other', 5), true],
  ['a TimeoutError of AbortSignal.timeout', new DOMException('late', 'TimeoutError'), true],
  ['a connection that timed out', Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }), true],
  ['a timeout of axios', Object.assign(new Error('timeout of 5ms exceeded'), { code: 'ECONNABORTED' }), true],
  ['headers that did not come', Object.assign(new Error('headers'), { code: 'UND_ERR_HEADERS_TIMEOUT' }), true],
  ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), false],
  ['a thrown string', 'ETIMEDOUT', false],
])('whether %s was a time-out is told apart', (_saying, error, timedOut) => {
  const { breaker } = closedBreaker()
  const heard: boolean[] = []
  breaker.on('outcome', (event) => heard.push(event.timedOut))
  breaker.acquire().failure(error)
  expect(heard).toEqual([timedOut])
  expect(breaker.snapshot()).toMatchObject({ timeouts: timedOut ? 1 : 0, totals: { failure: 1 } })
})
