import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test, vi } from 'vitest'
import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures, type Observer, observe } from '../src/index.ts'

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

test('an observer is told which breaker an event belongs to, of every kind of event', () => {
  const breaker = new CircuitBreaker({ name: 'all-kinds', trip: consecutiveFailures(1) })
  const seen: unknown[] = []
  const note = (kind: string) => (_event: object, from: CircuitBreaker) => from === breaker && seen.push(kind)
  watch({ transition: note('transition'), outcome: note('outcome'), rejection: note('rejection') })
  breaker.acquire().failure()
  breaker.tryAcquire()
  expect(seen).toEqual(['outcome', 'transition', 'rejection'])
})

test('an observer that has ended hears nothing more, and the other one goes on', () => {
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
    rejection: ({ breaker }) => seen.push(`${breaker} refused`),
  })
  vi.resetModules()
  const copy = await import('../src/index.ts')
  expect(copy.CircuitBreaker).not.toBe(CircuitBreaker)
  const breaker = new copy.CircuitBreaker({ name: 'of the copy' })
  breaker.forceOpen()
  breaker.tryAcquire()
  expect(seen).toEqual(['of the copy', 'of the copy refused'])
})

test('an observer that throws is reported once and harms no call', async () => {
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

test('an observer that is async by mistake does no harm when it rejects', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const fail = () => Promise.reject(new Error('my async bug'))
  watch({ created: fail, outcome: fail })
  new CircuitBreaker().acquire().success()
  await new Promise((resolve) => setImmediate(resolve))
  expect(error).toHaveBeenCalledOnce()
  expect(error.mock.calls[0]?.[0]).toContain('my async bug')
  error.mockRestore()
})

test('a breaker that nobody holds is not kept alive by being known', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const reference = new WeakRef(new CircuitBreaker({ name: 'forgotten' }))
  for (let turn = 0; turn < 20 && reference.deref() !== undefined; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  expect(reference.deref()).toBeUndefined()
})

test.each([null, undefined, 5, { transition: 'loud' }])('an observer that is %o is refused', (observer) => {
  expect(() => observe(observer as never)).toThrow(TypeError)
  expect(() => observe(observer as never)).toThrow('observer')
})
