import { restoreState, saveState } from '@cb/core'
import { CircuitState, isBrokenCircuitError } from 'cockatiel'
import { expect, vi } from 'vitest'
import { besideCockatiel as both, once } from './beside-cockatiel.ts'
import { down, logged, up } from './calls.ts'
import type { Tests } from './rows.ts'

/** Methods, events and errors of cockatiel, by the first column of the table. */
export const methodTests: Tests = {
  async '`onBreak`, `onReset`, `onHalfOpen`, `onStateChange`'() {
    const { cockatiel, breaker, call } = both()
    const theirs = logged()
    cockatiel.onBreak(() => theirs.log('open'))
    cockatiel.onReset(() => theirs.log('closed'))
    cockatiel.onHalfOpen(() => theirs.log('half-open'))
    const { lines, log } = logged()
    breaker.on('transition', ({ to }) => log(to))
    await call(down)
    await vi.advanceTimersByTimeAsync(10_000)
    await call(up)
    expect(theirs.lines).toEqual(['open', 'half-open', 'closed'])
    expect(lines).toEqual(['open', 'half-open', 'closed'])
  },

  async '`onSuccess`, `onFailure`'() {
    const { cockatiel, breaker, call } = both()
    const theirs = logged()
    cockatiel.onSuccess(({ duration }) => theirs.log('success', duration))
    cockatiel.onFailure(({ duration }) => theirs.log('failure', duration))
    const { lines, log } = logged()
    breaker.on('outcome', ({ outcome, duration }) => log(outcome, duration))
    await call(up)
    await call(down)
    expect(theirs.lines).toEqual(['success 0', 'failure 0'])
    expect(lines).toEqual(['success 0', 'failure 0'])
  },

  async '`isolate()`'() {
    const { cockatiel, breaker, call, states } = both()
    await call(down)
    const handle = cockatiel.isolate()
    breaker.forceOpen('maintenance')
    await vi.advanceTimersByTimeAsync(60_000)
    await call(up)
    expect(states()).toEqual(['open', 'open'])
    const second = cockatiel.isolate()
    breaker.forceOpen('still')
    handle.dispose()
    breaker.reset()
    expect(states()).toEqual(['open', 'closed'])
    second.dispose()
    expect(states()).toEqual(['closed', 'closed'])
  },

  async '`toJSON()`, `initialState`'() {
    const { cockatiel, breaker: before, call } = both()
    await call(down)
    const { cockatiel: restored, breaker: after } = both(once, { initialState: cockatiel.toJSON() })
    restoreState(after, saveState(before))
    await expect(restored.execute(up)).rejects.toMatchObject({ isBrokenCircuitError: true })
    await expect(after.execute(up)).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  },

  async '`BrokenCircuitError`, `isBrokenCircuitError`'() {
    const { cockatiel, breaker, call } = both()
    await call(down)
    expect(await cockatiel.execute(up).catch(isBrokenCircuitError)).toBe(true)
    expect(await breaker.execute(up).catch((error) => error.code === 'ECIRCUITOPEN')).toBe(true)
    breaker.forceOpen()
    await expect(breaker.execute(up)).rejects.toMatchObject({ reason: 'forced-open' })
  },

  async '`execute(({ signal }) => …, signal)`'() {
    const { cockatiel, breaker, states } = both()
    const caller = new AbortController()
    const { signal } = caller
    const call = (signal: AbortSignal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const answers = [
      cockatiel.execute(({ signal }) => call(signal), signal),
      breaker.execute((signal) => call(signal), { signal }),
    ]
    caller.abort(new Error('gone'))
    const settled = await Promise.allSettled(answers)
    expect(settled).toEqual(Array(2).fill({ status: 'rejected', reason: new Error('gone') }))
    expect(states()).toEqual(['open', 'closed'])
  },

  async '`state`, `lastFailure`'() {
    const { cockatiel, breaker, call } = both()
    await call(down)
    expect([cockatiel.state, cockatiel.lastFailure]).toEqual([CircuitState.Open, { error: new Error('down') }])
    expect([breaker.state, breaker.snapshot().lastFailure]).toMatchObject(['open', { message: 'down' }])
  },
}
