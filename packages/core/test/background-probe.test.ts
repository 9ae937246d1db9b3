import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures, probeInBackground } from '../src/index.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function openBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(1),
    openDuration: 1_000,
    halfOpen: { successThreshold: 2, maxConcurrent: 5 },
    now: () => Date.now(),
    ...options,
  })
  breaker.acquire().failure()
  return breaker
}

describe('a background probe', () => {
  test('closes the breaker by itself, and no caller is admitted before', async () => {
    const breaker = openBreaker()
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
    const breaker = openBreaker({ openDuration: ({ attempt }) => attempt * 1_000 })
    const probe = vi.fn(() => Promise.reject(new Error('still down')))
    probeInBackground(breaker, probe)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([breaker.state, probe.mock.calls.length]).toEqual(['open', 1])
    await vi.advanceTimersByTimeAsync(1_999)
    expect(probe).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(probe).toHaveBeenCalledTimes(2)
  })

  test('works for every outage, and one that is longer than its interval runs alone', async () => {
    const breaker = openBreaker({ halfOpen: { successThreshold: 1 } })
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

  test('leaves a breaker alone that a person has forced open, until it is resumed', async () => {
    const breaker = openBreaker()
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
    const breaker = openBreaker()
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

  test('one at a time', () => {
    const breaker = openBreaker()
    const stop = probeInBackground(breaker, () => 1)
    expect(() => probeInBackground(breaker, () => 1)).toThrow('already')
    stop()
    probeInBackground(breaker, () => 1)()
  })
})

test('its timer keeps no process alive', async () => {
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
])('probeInBackground refuses bad arguments (%#)', (breaker, probe, options, kind, named) => {
  const start = (): void => {
    probeInBackground(breaker as never, probe as never, options as never)
  }
  expect(start).toThrow(kind)
  expect(start).toThrow(named)
})
