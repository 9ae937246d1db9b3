import { afterEach, expect, test, vi } from 'vitest'
import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures, type Observer, observe } from '../src/index.ts'
import { closedBreaker } from './in-state.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function watch(observer: Observer): void {
  stops.push(observe(observer))
}

test('an observer sees breakers made before it and after it, also those of a registry', () => {
  const before = new CircuitBreaker({ name: 'before', trip: consecutiveFailures(1) })
  const seen: string[] = []
  const mine = new Set(['before', 'after', 'kept'])
  watch({
    created: ({ name }) => mine.has(name) && seen.push(`${name} is there`),
    transition: ({ breaker, to }) => mine.has(breaker) && seen.push(`${breaker} ${to}`),
  })
  const after = new CircuitBreaker({ name: 'after', trip: consecutiveFailures(1) })
  const kept = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1) } }).get('kept')
  for (const breaker of [before, after, kept]) breaker.acquire().failure()
  expect(seen).toEqual(['before is there', 'after is there', 'kept is there', 'before open', 'after open', 'kept open'])
})

test('an observer gets the breaker with every kind of event', () => {
  const breaker = new CircuitBreaker({ name: 'all-kinds', trip: consecutiveFailures(1) })
  const seen: unknown[] = []
  const note = (kind: string) => (_event: object, from: CircuitBreaker) => from === breaker && seen.push(kind)
  watch({ transition: note('transition'), outcome: note('outcome'), rejection: note('rejection') })
  breaker.acquire().failure()
  breaker.tryAcquire()
  expect(seen).toEqual(['outcome', 'transition', 'rejection'])
})

test('an observer that was stopped, twice, gets nothing more, and others still do', () => {
  const breaker = new CircuitBreaker()
  const first = vi.fn()
  const second = vi.fn()
  const stop = observe({ outcome: first })
  watch({ outcome: second })
  breaker.acquire().success()
  stop()
  stop()
  breaker.acquire().success()
  expect(first).toHaveBeenCalledTimes(1)
  expect(second).toHaveBeenCalledTimes(2)
})

test('an observer sees the breakers of another copy of the package', async () => {
  const seen: string[] = []
  watch({
    created: ({ name }) => name === 'of the copy' && seen.push(name),
    rejection: ({ breaker }) => seen.push(`${breaker} rejected`),
  })
  vi.resetModules()
  const copy = await import('../src/index.ts')
  expect(copy.CircuitBreaker).not.toBe(CircuitBreaker)
  const breaker = new copy.CircuitBreaker({ name: 'of the copy' })
  breaker.forceOpen()
  breaker.tryAcquire()
  expect(seen).toEqual(['of the copy', 'of the copy rejected'])
})

test('an observer that throws is reported once and affects no call', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const fail = () => {
    throw new Error('observer is broken')
  }
  watch({ created: fail, outcome: fail, transition: fail })
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  await expect(breaker.execute(() => 1)).resolves.toBe(1)
  await expect(breaker.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
  expect(breaker.state).toBe('open')
  expect(error).toHaveBeenCalledTimes(1)
  expect(error.mock.calls[0]?.[0]).toContain('observer is broken')
  error.mockRestore()
})

test('an observer that is async by mistake is reported, and its rejection is not unhandled', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const fail = () => Promise.reject(new Error('my async bug'))
  watch({ created: fail, outcome: fail })
  new CircuitBreaker().acquire().success()
  await new Promise((resolve) => setImmediate(resolve))
  expect(error).toHaveBeenCalledOnce()
  expect(error.mock.calls[0]?.[0]).toContain('my async bug')
  error.mockRestore()
})

test('an observer that is stopped during an event does not get it any more, and others still do', () => {
  const { breaker } = closedBreaker()
  const seen: string[] = []
  const ends = ['first', 'second', 'third'].map((name) =>
    observe({
      transition: () => {
        seen.push(name)
        ends[1]?.()
      },
    }),
  )
  breaker.forceOpen()
  for (const end of ends) end()
  expect(seen).toEqual(['first', 'third'])
})

test('all observers may be stopped during an event, and the breaker still works', () => {
  const { breaker } = closedBreaker()
  const endAll = () => {
    for (const end of ends) end()
  }
  const ends = [observe({ transition: endAll }), observe({ transition: endAll })]
  breaker.forceOpen()
  const seen: string[] = []
  breaker.on('transition', ({ to }) => seen.push(to))
  breaker.reset()
  expect(seen).toEqual(['closed'])
})

test.each([null, undefined, 5, { transition: 'loud' }])(
  'observe(%o) throws an error that names the argument',
  (observer) => {
    expect(() => observe(observer as never)).toThrow(TypeError)
    expect(() => observe(observer as never)).toThrow('observer')
  },
)

test('an observer with a misspelt method only is a TypeError that lists the methods', () => {
  expect(() => observe({ transitions: () => {} } as never)).toThrow(
    new TypeError(
      'observer must be an object with one of created, transition, outcome, rejection, fallback, override, call, got an object',
    ),
  )
})
