import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { deferred } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutiveFailures,
  probeInBackground,
  restoreState,
  saveState,
} from '../src/index.ts'
import { openBreaker } from './in-state.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** On the clock that the fake timers move. */
function openOnFakeTimers(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return openBreaker({ halfOpen: { maxConcurrent: 5 }, now: () => Date.now(), ...options }).breaker
}

describe('a background probe', () => {
  test('closes the breaker by itself, and no caller is admitted before', async () => {
    const breaker = openOnFakeTimers()
    const probe = vi.fn(async (_signal: AbortSignal) => 'well')
    probeInBackground(breaker, probe, { interval: 100 })
    await vi.advanceTimersByTimeAsync(999)
    expect(probe).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(probe).toHaveBeenCalledTimes(1)
    expect(probe.mock.calls[0]?.[0]).toBeInstanceOf(AbortSignal)
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'half-open' })
    await vi.advanceTimersByTimeAsync(100)
    expect(probe).toHaveBeenCalledTimes(2)
    expect([breaker.state, breaker.tryAcquire().admitted]).toEqual(['closed', true])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(probe).toHaveBeenCalledTimes(2)
  })

  test('that fails re-opens the breaker and comes back after the next open duration', async () => {
    const breaker = openOnFakeTimers({ openDuration: ({ attempt }) => attempt * 1_000 })
    const probe = vi.fn(() => Promise.reject(new Error('still down')))
    probeInBackground(breaker, probe)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([breaker.state, probe.mock.calls.length]).toEqual(['open', 1])
    await vi.advanceTimersByTimeAsync(1_999)
    expect(probe).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(probe).toHaveBeenCalledTimes(2)
  })

  test('closes the breaker after each outage, and a probe that is longer than the interval runs alone', async () => {
    const breaker = openOnFakeTimers({ halfOpen: { successThreshold: 1 } })
    let running = 0
    let most = 0
    probeInBackground(
      breaker,
      async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 500))
        running--
      },
      { interval: 10 },
    )
    for (let outage = 0; outage < 3; outage++) {
      if (breaker.state === 'closed') breaker.acquire().failure()
      await vi.advanceTimersByTimeAsync(1_500)
      expect(breaker.state).toBe('closed')
    }
    expect(most).toBe(1)
  })

  test('leaves a breaker that was forced open alone until it is resumed', async () => {
    const breaker = openOnFakeTimers()
    const probe = vi.fn(() => 'well')
    probeInBackground(breaker, probe)
    breaker.forceOpen('maintenance')
    await vi.advanceTimersByTimeAsync(100_000)
    expect(probe).not.toHaveBeenCalled()
    breaker.resume()
    await vi.advanceTimersByTimeAsync(2_000)
    expect([breaker.state, probe.mock.calls.length]).toEqual(['closed', 2])
  })

  test('that is stopped is aborted, leaves no timer, and leaves probing to callers again', async () => {
    const breaker = openOnFakeTimers()
    let seen: AbortSignal | undefined
    const stop = probeInBackground(breaker, (signal) => {
      seen = signal
      return new Promise(() => {})
    })
    await vi.advanceTimersByTimeAsync(1_000)
    stop()
    stop()
    await vi.advanceTimersByTimeAsync(0)
    expect([seen?.aborted, vi.getTimerCount(), breaker.state]).toEqual([true, 0, 'half-open'])
    expect(breaker.tryAcquire().admitted).toBe(true)
    expect(breaker.snapshot().totals).toMatchObject({ ignored: 1 })
  })

  test('throws an error when the breaker already has one', () => {
    const breaker = openOnFakeTimers()
    const stop = probeInBackground(breaker, () => 1)
    expect(() => probeInBackground(breaker, () => 1)).toThrow('already')
    stop()
    probeInBackground(breaker, () => 1)()
  })

  test('runs alone also when the breaker is overridden meanwhile', async () => {
    const breaker = openOnFakeTimers({ halfOpen: { maxConcurrent: 5 } })
    const probe = vi.fn(() => new Promise(() => {}))
    probeInBackground(breaker, probe, { interval: 100 })
    await vi.advanceTimersByTimeAsync(1_000)
    breaker.forceOpen('deploy')
    breaker.resume()
    await vi.advanceTimersByTimeAsync(500)
    expect([breaker.state, probe.mock.calls.length]).toEqual(['half-open', 1])
  })

  test('is the only call that is admitted while half-open', async () => {
    const breaker = openOnFakeTimers({ halfOpen: { maxConcurrent: 5 } })
    probeInBackground(breaker, () => new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(breaker.execute(() => 1)).rejects.toMatchObject({ code: 'ECIRCUITOPEN', reason: 'half-open' })
  })

  test('has no timer while the breaker is closed', () => {
    const breaker = openOnFakeTimers()
    breaker.reset()
    probeInBackground(breaker, () => 1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has no timer while the breaker is forced open', () => {
    const breaker = openOnFakeTimers()
    breaker.forceOpen('maintenance')
    probeInBackground(breaker, () => 1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('whose timer fires before the open duration has ended waits on, and nothing counts as rejected', async () => {
    const slowly = () => Date.now() / 2
    const breaker = openOnFakeTimers({ halfOpen: { successThreshold: 1 }, now: slowly })
    probeInBackground(breaker, () => 1)
    await vi.advanceTimersByTimeAsync(1_990)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', totals: { rejected: 0 } })
    await vi.advanceTimersByTimeAsync(20)
    expect(breaker.state).toBe('closed')
  })

  test('stopped a second time leaves the next one alone', () => {
    const breaker = openOnFakeTimers()
    const stop = probeInBackground(breaker, () => 1)
    stop()
    probeInBackground(breaker, () => 1)
    stop()
    expect(() => probeInBackground(breaker, () => 1)).toThrow('already')
  })
})

test('a background probe that hangs is aborted when its lease ends', async () => {
  vi.useRealTimers()
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(1),
    openDuration: 1,
    halfOpen: { probeTimeout: 10 },
  })
  breaker.acquire().failure()
  let stop = () => {}
  const reason = await new Promise((resolve) => {
    stop = probeInBackground(breaker, (signal) => {
      signal.addEventListener('abort', () => resolve(signal.reason))
      return new Promise(() => {})
    })
  })
  stop()
  expect(reason).toHaveProperty('name', 'TimeoutError')
})

describe('the asynchronous context of a background probe', () => {
  const requests = new AsyncLocalStorage<string>()

  /** Opens the breaker in the context of a request, and gives the contexts of so many probes. */
  async function contextsOf(count: number, start: (probe: () => Promise<void>, breaker: CircuitBreaker) => () => void) {
    vi.useRealTimers()
    const breaker = new CircuitBreaker({
      trip: consecutiveFailures(1),
      openDuration: 1,
      halfOpen: { successThreshold: 1, probeTimeout: 60_000 },
    })
    const contexts: (string | undefined)[] = []
    const enough = deferred()
    const stop = start(async () => {
      contexts.push(requests.getStore())
      await null
      contexts.push(requests.getStore())
      if (contexts.length >= 2 * count) enough.resolve()
      throw new Error('still down')
    }, breaker)
    requests.run('request 7', () => void breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {}))
    await enough.promise
    stop()
    return contexts
  }

  test('is that of the code that started it, never that of the call that tripped the breaker', async () => {
    const contexts = await contextsOf(3, (probe, breaker) =>
      requests.run('the starter', () => probeInBackground(breaker, probe, { interval: 1 })),
    )
    expect(new Set(contexts)).toEqual(new Set(['the starter']))
  })

  test('is empty when it was started without one', async () => {
    const contexts = await contextsOf(3, (probe, breaker) => probeInBackground(breaker, probe, { interval: 1 }))
    expect(new Set(contexts)).toEqual(new Set([undefined]))
  })

  test('is the same after a caller has overridden and resumed the breaker', async () => {
    const contexts = await contextsOf(3, (probe, breaker) => {
      const stop = requests.run('the starter', () => probeInBackground(breaker, probe, { interval: 1 }))
      breaker.on('transition', ({ attempt }) => {
        if (attempt !== 2) return
        requests.run('an operator', () => {
          breaker.forceOpen('deploy')
          breaker.resume()
        })
      })
      return stop
    })
    expect(new Set(contexts)).toEqual(new Set(['the starter']))
  })
})

test('the timer of a background probe keeps no process alive', async () => {
  vi.useRealTimers()
  const program = `
    import { CircuitBreaker, consecutiveFailures, probeInBackground } from '@cb/core'
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 3_600_000 })
    breaker.acquire().failure()
    probeInBackground(breaker, () => 1)
    process.on('exit', () => console.log(breaker.state))
  `
  const options = { cwd: new URL('..', import.meta.url), timeout: 30_000 }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options)
  expect(stdout).toBe('open\n')
}, 40_000)

test.each<[unknown, unknown, unknown, ErrorConstructor, string]>([
  [{}, () => 1, undefined, TypeError, 'breaker'],
  [new CircuitBreaker(), 'ping', undefined, TypeError, 'probe'],
  [new CircuitBreaker(), () => 1, { interval: 0 }, RangeError, 'interval'],
  [new CircuitBreaker(), () => 1, { interval: '1s' }, TypeError, 'interval'],
  [new CircuitBreaker(), () => 1, { every: 5 }, TypeError, 'every'],
])('probeInBackground throws an error that names a bad argument (%#)', (breaker, probe, options, kind, named) => {
  const start = (): void => {
    probeInBackground(breaker as never, probe as never, options as never)
  }
  expect(start).toThrow(kind)
  expect(start).toThrow(named)
})

describe('a background probe whose lease is not a whole number of milliseconds', () => {
  test.each([{ halfOpen: { probeTimeout: 1_500.5 } }, { callTimeout: 16_000 / 3 }])(
    'of %o probes like any other',
    async (options) => {
      vi.useRealTimers()
      const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1, ...options })
      breaker.acquire().failure()
      let stop = () => {}
      await new Promise<void>((resolve) => {
        stop = probeInBackground(breaker, () => resolve())
      })
      stop()
    },
  )
})

test('a background probe with a call timeout that hangs keeps no process alive', async () => {
  vi.useRealTimers()
  const program = `
    import { CircuitBreaker, consecutiveFailures, probeInBackground } from '@cb/core'
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1, callTimeout: 3_600_000 })
    breaker.acquire().failure()
    const keepsAlive = setInterval(() => {}, 1_000)
    probeInBackground(breaker, () => {
      clearInterval(keepsAlive)
      return new Promise(() => {})
    })
    process.on('exit', () => console.log(breaker.snapshot().probes.live))
  `
  const options = { cwd: new URL('..', import.meta.url), timeout: 100_000 }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options)
  expect(stdout).toBe('1\n')
}, 120_000)

describe('a background probe comes at the end of the open duration without a question', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('after an override that began while open', async () => {
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 100 })
    breaker.acquire().failure()
    breaker.forceOpen()
    const probe = vi.fn()
    const stop = probeInBackground(breaker, probe)
    await vi.advanceTimersByTimeAsync(50)
    breaker.resume()
    await vi.advanceTimersByTimeAsync(50)
    expect(probe).toHaveBeenCalledOnce()
    stop()
  })

  test('after a saved state was restored that is open for a shorter time', async () => {
    const short = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 50 })
    short.acquire().failure()
    const saved = saveState(short)
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 60_000 })
    breaker.acquire().failure()
    const probe = vi.fn()
    const stop = probeInBackground(breaker, probe)
    restoreState(breaker, saved)
    await vi.advanceTimersByTimeAsync(51) // the sum of two fractions of a millisecond may be a little more than 50
    expect(probe).toHaveBeenCalledOnce()
    stop()
  })
})

test('a half-open breaker whose probes are all its own says so in its snapshot', async () => {
  const { breaker, clock } = openBreaker()
  const stop = probeInBackground(breaker, () => new Promise(() => {}))
  clock.advance(1_000)
  expect(breaker.snapshot()).toMatchObject({ state: 'half-open', retryAfterMs: 1 })
  stop()
  expect(breaker.snapshot().retryAfterMs).toBe(0)
})
