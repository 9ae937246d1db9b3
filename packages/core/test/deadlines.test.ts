import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CallTimeoutError, CircuitBreaker, consecutiveFailures } from '../src/index.ts'

const make = (callTimeout: number) => new CircuitBreaker({ trip: consecutiveFailures(1e6), callTimeout })
const forever = () => new Promise<never>(() => {})
/** A program of its own, on real timers. @returns what it prints. */
async function printed(body: string): Promise<string> {
  const program = `
    import { CircuitBreaker, consecutiveFailures } from '@cb/core'
    import { AsyncLocalStorage, createHook } from 'node:async_hooks'
    import { setTimeout as wait } from 'node:timers/promises'
    const make = (callTimeout) => new CircuitBreaker({ trip: consecutiveFailures(1e6), callTimeout })
    const forever = () => new Promise(() => {})
    const timers = []
    createHook({ init: (_id, type, _cause, timer) => type === 'Timeout' && timers.push(new WeakRef(timer)) }).enable()
    const held = () => timers.filter((timer) => timer.deref()?._destroyed === false).length
    ${body}`
  const options = { cwd: new URL('..', import.meta.url), timeout: 100_000 }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options)
  return stdout.trim()
}

describe('on a clock of the test', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('ten thousand calls with three limits each end at their limit, in order, with one timer for each limit', async () => {
    const limits = [40, 100.5, 250]
    const breakers = limits.map(make)
    const ended: { began: number; at: number; limit: number }[] = []
    let most = 0
    for (let n = 0; n < 10_000; n++) {
      const [limit, breaker] = [limits[n % 3] as number, breakers[n % 3] as CircuitBreaker]
      const began = performance.now()
      breaker.execute(forever).catch((error) => {
        expect(error).toMatchObject({ code: 'ECALLTIMEOUT', callTimeout: limit })
        ended.push({ began, at: performance.now(), limit })
      })
      if (n % 500 === 0) vi.advanceTimersByTime(1)
      most = Math.max(most, vi.getTimerCount())
    }
    for (let ms = 0; ms < 300; ms++) await vi.advanceTimersByTimeAsync(1)
    expect([ended.length, most, vi.getTimerCount()]).toEqual([10_000, 3, 0])
    expect(ended.filter(({ began, at, limit }) => at < began + limit || at > began + limit + 2)).toEqual([])
    for (const limit of limits) {
      const begun = ended.filter((call) => call.limit === limit).map(({ began }) => began)
      expect(begun).toEqual(begun.toSorted((a, b) => a - b))
    }
  })

  test('a limit changed by configure holds for calls that begin after it', async () => {
    const breaker = make(100)
    const ended: [string, number][] = []
    const call = (name: string) =>
      void breaker.execute(forever).catch(() => ended.push([name, performance.now() - start]))
    const start = performance.now()
    call('before')
    breaker.configure({ callTimeout: 30 })
    call('after')
    await vi.advanceTimersByTimeAsync(200)
    expect(ended).toEqual([
      ['after', 30],
      ['before', 100],
    ])
  })

  test('a call that has ended leaves the others of its limit in order', async () => {
    const breaker = make(50)
    const ended: number[] = []
    const ends: (() => void)[] = []
    for (let n = 0; n < 5; n++) {
      const call = breaker.execute(() => new Promise<void>((resolve) => ends.push(resolve)))
      call.catch(() => ended.push(n))
      await vi.advanceTimersByTimeAsync(1)
    }
    for (const n of [0, 2, 4]) ends[n]?.()
    await vi.advanceTimersByTimeAsync(46)
    expect(ended).toEqual([1])
    await vi.advanceTimersByTimeAsync(2)
    expect([ended, vi.getTimerCount()]).toEqual([[1, 3], 0])
  })

  test('an abort listener may begin further calls, which get their whole limit', async () => {
    const breaker = make(50)
    let again: Promise<unknown> | undefined
    const first = breaker.execute((signal) => {
      signal.addEventListener('abort', () => {
        again = breaker.execute(forever).catch(() => performance.now())
      })
      return forever()
    })
    const start = performance.now()
    const ended = expect(first).rejects.toBeInstanceOf(CallTimeoutError)
    await vi.advanceTimersByTimeAsync(100)
    await ended
    expect(await again).toBe(start + 100)
  })
})

describe('fake timers', () => {
  afterEach(() => vi.useRealTimers())

  test('that come after a call on real ones end the calls that begin then', async () => {
    const breaker = make(60_000)
    await breaker.execute(() => 1)
    vi.useFakeTimers()
    const call = expect(breaker.execute(forever)).rejects.toThrow(CallTimeoutError)
    await vi.advanceTimersByTimeAsync(60_000)
    await call
  })

  test('that are cleared with a call in flight end the calls of the next test', async () => {
    const breaker = make(100)
    vi.useFakeTimers()
    breaker.execute(forever).catch(() => {})
    vi.clearAllTimers()
    const call = expect(breaker.execute(forever)).rejects.toThrow(CallTimeoutError)
    await vi.advanceTimersByTimeAsync(100)
    await call
  })

  test.each<[string, Parameters<typeof vi.useFakeTimers>[0]]>([
    ['performance', { toFake: ['setTimeout', 'clearTimeout', 'Date'] }],
    ['performance and Date', { toFake: ['setTimeout', 'clearTimeout'] }],
  ])('that leave %s as it is end each call at its limit, however many begin meanwhile', async (_, config) => {
    vi.useFakeTimers(config)
    const breaker = make(100)
    const ended: number[] = []
    for (let n = 0; n < 50; n++) {
      breaker.execute(forever).catch(() => ended.push(n))
      await vi.advanceTimersByTimeAsync(50)
    }
    expect(ended).toEqual(Array.from({ length: 49 }, (_, n) => n))
  })

  test('that freeze performance alone end no call early', async () => {
    const body = `
      performance.now = () => 1_000
      const breaker = make(200)
      await breaker.execute(() => 1)
      await wait(180)
      console.log(await breaker.execute(() => wait(60, 'in time')))`
    expect(await printed(body)).toBe('in time')
  }, 120_000)

  test('that leave performance as it is end a call all the same', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const call = expect(make(100).execute(forever)).rejects.toThrow(CallTimeoutError)
    await vi.advanceTimersByTimeAsync(101)
    await call
  })

  test('that end with a call in flight leave it to them, and not to the next calls', async () => {
    const breaker = make(1)
    vi.useFakeTimers()
    breaker.execute(forever).catch(() => {})
    vi.useRealTimers()
    await expect(breaker.execute(forever)).rejects.toThrow(CallTimeoutError)
  })
})

describe('in a process', () => {
  test('no timer keeps it alive once no call is in flight', async () => {
    const body = `
      const breaker = make(3_600_000)
      await breaker.execute(() => wait(5))
      await breaker.wrap(() => wait(5))()
      await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
      console.log(held())`
    expect(await printed(body)).toBe('1')
  }, 120_000)

  test('a call in flight keeps it alive until its limit', async () => {
    const body = `
      await make(20).execute(() => 1)
      make(50).execute(forever).catch(({ code }) => console.log(code))`
    expect(await printed(body)).toBe('ECALLTIMEOUT')
  }, 120_000)

  test('a thousand calls one after the other need one timer, which is gone one limit after the last', async () => {
    const body = `
      const breaker = make(200)
      const keepsAlive = setInterval(() => {}, 1_000)
      const before = timers.length
      for (let n = 0; n < 1_000; n++) await breaker.execute(() => n)
      const made = timers.length - before
      const start = performance.now()
      while (held() > 1) await new Promise((resolve) => setImmediate(resolve))
      console.log(made <= 1 + (performance.now() - start) / 200, made < 20, performance.now() - start < 60_000)
      clearInterval(keepsAlive)`
    expect(await printed(body)).toBe('true true true')
  }, 120_000)

  test('the end of a call runs in no async context of another', async () => {
    const body = `
      const storage = new AsyncLocalStorage()
      const breaker = make(30)
      const seen = []
      const call = (name) =>
        storage.run(name, () =>
          breaker
            .execute((signal) => {
              signal.addEventListener('abort', () => seen.push(['abort of ' + name, storage.getStore() ?? 'none']))
              return forever()
            })
            .catch(() => seen.push(['rejection of ' + name, storage.getStore()])))
      await storage.run('first', () => breaker.execute(() => 1))
      await Promise.all([call('a'), call('b')])
      console.log(JSON.stringify(seen.sort()))`
    expect(JSON.parse(await printed(body))).toEqual([
      ['abort of a', 'a'],
      ['abort of b', 'b'],
      ['rejection of a', 'a'],
      ['rejection of b', 'b'],
    ])
  }, 120_000)

  test('events of a call that exceeds its limit come in the async context of its caller', async () => {
    const body = `
      const storage = new AsyncLocalStorage()
      const breaker = make(30)
      const seen = []
      await storage.run('first', () => breaker.execute(() => 1))
      breaker.on('outcome', () => seen.push(storage.getStore()))
      const call = (name) => storage.run(name, () => breaker.execute(forever).catch(() => {}))
      await Promise.all([call('a'), call('b')])
      console.log(JSON.stringify(seen.sort()))`
    expect(JSON.parse(await printed(body))).toEqual(['a', 'b'])
  }, 120_000)

  test('calls of a breaker that was loaded and made within a request stay within their own', async () => {
    const body = `
      const storage = new AsyncLocalStorage()
      const seen = []
      let breaker
      const handle = async (user) => {
        const { CircuitBreaker } = await import('@cb/core?' + 1).catch(() => import('@cb/core'))
        breaker ??= new CircuitBreaker({ callTimeout: 50 })
        const call = (signal) => {
          signal.addEventListener('abort', () => seen.push([user, storage.getStore()]))
          return forever()
        }
        await breaker.execute(call).catch(() => {})
      }
      await storage.run('alice', () => handle('alice'))
      await storage.run('bob', () => handle('bob'))
      console.log(JSON.stringify(seen))`
    expect(JSON.parse(await printed(body))).toEqual([
      ['alice', 'alice'],
      ['bob', 'bob'],
    ])
  }, 120_000)

  test('a thousand different limits leave few timers', async () => {
    const body = `
      for (let n = 0; n < 1_000; n++) await make(3_600_000 + n).execute(() => n)
      await wait(5)
      console.log(held() < 50)`
    expect(await printed(body)).toBe('true')
  }, 120_000)

  test('a function behind wrap costs no AbortController, and one behind execute costs one', async () => {
    const body = `
      let made = 0
      globalThis.AbortController = class extends AbortController {
        constructor() {
          super()
          made++
        }
      }
      const breaker = make(1_000)
      await breaker.wrap(() => 1)()
      breaker.on('outcome', () => {})
      await breaker.wrap(() => 1)()
      const before = made
      await breaker.execute(() => 1)
      console.log(before, made)`
    expect(await printed(body)).toBe('0 1')
  }, 120_000)
})
