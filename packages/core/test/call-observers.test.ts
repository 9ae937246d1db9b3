import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CircuitBreaker, type Observer, observe } from '../src/index.ts'

function watching(observer: Observer): void {
  onTestFinished(observe(observer))
}

test('a call runs inside the context of an observer, before and after its first await', async () => {
  const spans = new AsyncLocalStorage<string>()
  watching({ call: (run, breaker) => spans.run(`execute ${breaker.name}`, run) })
  const breaker = new CircuitBreaker({ name: 'traced' })
  const seen = await breaker.execute(async () => {
    const before = spans.getStore()
    await null
    return [before, spans.getStore()]
  })
  expect(seen).toEqual(['execute traced', 'execute traced'])
  expect(spans.getStore()).toBeUndefined()
})

test('the first observer is the outermost', async () => {
  const order: string[] = []
  for (const name of ['outer', 'inner']) {
    watching({
      call: (run) => {
        order.push(name)
        run()
      },
    })
  }
  await new CircuitBreaker().execute(() => order.push('the call'))
  expect(order).toEqual(['outer', 'inner', 'the call'])
})

test('an outcome identifies its call', async () => {
  const calls: object[] = []
  const outcomes: unknown[] = []
  watching({
    call: (run, _breaker, call) => {
      calls.push(call)
      run()
    },
    outcome: ({ outcome }, _breaker, call) => outcomes.push([outcome, call]),
  })
  const breaker = new CircuitBreaker()
  await breaker.execute(() => 1)
  await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
  expect(outcomes).toEqual([
    ['success', calls[0]],
    ['failure', calls[1]],
  ])
  expect(calls[0]).not.toBe(calls[1])
})

test.each([
  ['does not run it', () => {}],
  [
    'throws before it runs it',
    () => {
      throw new Error('before')
    },
  ],
  [
    'runs it and throws',
    (run: () => void) => {
      run()
      throw new Error('after')
    },
  ],
  [
    'runs it twice',
    (run: () => void) => {
      run()
      run()
    },
  ],
])('a call runs once and resolves with its value when an observer %s', async (_what, call) => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  watching({ call })
  const made = vi.fn(() => 'answer')
  const breaker = new CircuitBreaker()
  expect(await breaker.execute(made)).toBe('answer')
  expect(made).toHaveBeenCalledTimes(1)
  expect(breaker.snapshot().totals.success).toBe(1)
})

test('the error of a call reaches the caller unchanged when observers surround the call', async () => {
  watching({ call: (run) => run() })
  const error = new Error('down')
  const breaker = new CircuitBreaker()
  await expect(
    breaker.execute(() => {
      throw error
    }),
  ).rejects.toBe(error)
  expect(breaker.snapshot().totals.failure).toBe(1)
})

test('permit.run surrounds a function with the observers, and returns its value', () => {
  const around = vi.fn((run: () => void) => run())
  const breaker = new CircuitBreaker()
  expect(breaker.acquire().run(() => 'unwatched')).toBe('unwatched')
  watching({ call: around })
  const permit = breaker.acquire()
  expect(permit.run(() => 'watched')).toBe('watched')
  expect(around).toHaveBeenCalledWith(expect.any(Function), breaker, permit)
  expect(breaker.snapshot().totals.success).toBe(0)
})

test('an observer of outcomes gets each of them, also when others observe something else', async () => {
  watching({ transition: () => {} })
  const seen: unknown[] = []
  watching({ outcome: ({ outcome }) => seen.push(outcome) })
  watching({ rejection: () => {} })
  const breaker = new CircuitBreaker()
  await breaker.execute(() => 1)
  await breaker.execute(() => 2)
  expect(seen).toEqual(['success', 'success'])
})
