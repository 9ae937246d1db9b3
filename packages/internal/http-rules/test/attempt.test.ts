import { CircuitBreaker } from '@cb/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Adapter, Attempt, type OnBodyEnd, parseOptions } from '../src/index.ts'

afterEach(() => void vi.useRealTimers())

interface Answer {
  readonly status: number
}

/** An adapter for answers whose body ends when the test says so. */
function plainAdapter(): Adapter<string, Answer, object> & { onEnd: OnBodyEnd } {
  return {
    packageName: '@cb/test',
    functionName: 'test',
    onEnd: () => {},
    key: (request) => request,
    method: () => 'GET',
    signal: () => undefined,
    status: ({ status }) => status,
    header: () => undefined,
    settled: (request, response, error) => ({ request, response, error }),
    responseOf: () => undefined,
    isComplete: () => false,
    isNeutral: () => false,
    visible: (error) => error,
    isStreamed: () => true,
    watch(_response, onEnd) {
      this.onEnd = onEnd
    },
    endBody: () => {},
    withoutBody: (response) => response,
    timeoutError: (error) => error,
    release: () => {},
  }
}

const throwing = [
  ...['method', 'signal', 'status', 'header', 'settled', 'responseOf', 'isComplete', 'isNeutral', 'visible'],
  ...['isStreamed', 'watch', 'endBody', 'withoutBody', 'timeoutError', 'release'],
]

function attempt(broken?: string) {
  const breaker = new CircuitBreaker({ name: 'it' })
  const adapter = plainAdapter()
  if (broken !== undefined) Object.assign(adapter, { [broken]: () => expect.unreachable('broken') })
  const settings = parseOptions(adapter, { classify: () => undefined })
  const { watch } = adapter
  adapter.watch = (...all) => watch?.apply(adapter, all)
  return { adapter, breaker, attempt: new Attempt(settings, 'it', 'it', breaker.acquire()) }
}

describe.each([undefined, ...throwing])('with an adapter of which %s throws, a call is settled once', (broken) => {
  const of = () => {
    const made = attempt(broken)
    const settled = () => {
      const { success, failure, ignored, late } = made.breaker.snapshot().totals
      return success + failure + ignored + late
    }
    return { ...made, settled }
  }

  test('that rejects', async () => {
    const at = of()
    await at.attempt.run(1_000, () => Promise.reject(new Error('down'))).catch(() => {})
    expect(at.settled()).toBe(1)
  })

  test('that throws', async () => {
    const at = of()
    await at.attempt
      .run(1_000, () => {
        throw new Error('down')
      })
      .catch(() => {})
    expect(at.settled()).toBe(1)
  })

  test.each([200, 503])('that resolves to status %i', async (status) => {
    const at = of()
    await at.attempt.run(undefined, async () => ({ status })).catch(() => {})
    at.adapter.onEnd('complete')
    expect(at.settled()).toBe(1)
  })

  test.each(['cancelled', 'broken', 'unread'] as const)('whose body ends as %s', async (end) => {
    const at = of()
    await at.attempt.run(1_000, async () => ({ status: 200 })).catch(() => {})
    at.adapter.onEnd(end, new Error('reset'))
    at.adapter.onEnd('broken', new Error('reset'))
    expect(at.settled()).toBe(1)
  })

  test.each(['before', 'after'])('that takes too long %s the headers', async (when) => {
    vi.useFakeTimers()
    const at = of()
    const call = at.attempt.run(1_000, () =>
      when === 'before' ? new Promise(() => {}) : Promise.resolve({ status: 200 }),
    )
    call.catch(() => {})
    await vi.advanceTimersByTimeAsync(1_000)
    expect(at.settled()).toBe(1)
  })
})

test("the caller's signal throws when its listener is removed, and the caller still gets the response", async () => {
  const { adapter, breaker, attempt: it } = attempt()
  adapter.signal = () => ({
    aborted: false,
    addEventListener() {},
    removeEventListener: () => expect.unreachable('broken'),
  })
  const response = { status: 503 }
  expect(await it.run(1_000, async () => response)).toBe(response)
  adapter.onEnd('complete')
  expect(breaker.snapshot().totals).toMatchObject({ failure: 1, late: 0 })
})

test('a promise with a then of its own settles as for await, which does not call it', async () => {
  const { breaker, attempt: it } = attempt()
  const response = { status: 503 }
  const own = { value: () => expect.unreachable('called') }
  expect(await it.run(undefined, () => Object.defineProperty(Promise.resolve(response), 'then', own))).toBe(response)
  expect(breaker.snapshot().totals).toMatchObject({ failure: 1, late: 0 })
})
