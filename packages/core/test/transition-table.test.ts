import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  consecutiveFailures,
  restoreState,
  type SavedState,
  type StateName,
  saveState,
  shareState,
} from '../src/index.ts'
import { type Bench, closedBreaker, down, halfOpenBreaker, openBreaker } from './in-state.ts'

const source = await readFile(new URL('../src/circuit.ts', import.meta.url), 'utf8')
const [, comment] = source.match(/\/\*\*(.*?)\*\//s) as RegExpMatchArray

interface Row {
  readonly from: string
  readonly event: string
  readonly to: string
  readonly reason: string
}

const [head, line, ...rows] = [...(comment as string).matchAll(/^ \* \|(.*)\|$/gm)].map(([, cells]): Row => {
  const [from = '', event = '', to = '', reason = '', ...more] = (cells as string).split('|').map((cell) => cell.trim())
  if (more.length > 0) throw new Error(`a row of more than four columns: ${cells}`)
  return { from, event, to, reason }
})

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

const halfOpen = { successThreshold: 1, maxDuration: 5_000 }
const overrideMs = 500

/** Breakers in each state of the first column; those of an override with what it has suspended. */
const states: Record<string, readonly (() => Bench & { readonly suspended?: StateName })[]> = {
  closed: [() => closedBreaker({ halfOpen })],
  open: [() => openBreaker({ halfOpen })],
  'half-open': [() => halfOpenBreaker({ halfOpen })],
  'forced open': overridden('forceOpen'),
  'forced closed': overridden('forceClosed'),
}
states['any'] = Object.values(states).flat()

function overridden(method: 'forceOpen' | 'forceClosed'): (() => Bench & { readonly suspended: StateName })[] {
  return [closedBreaker, openBreaker, halfOpenBreaker].map((make) => () => {
    const bench = make({ halfOpen })
    const suspended = bench.breaker.state
    bench.breaker[method]('an override', { for: overrideMs })
    return { ...bench, suspended }
  })
}

/** A saved state of a breaker with the same name, for each state. */
function savedStates(): SavedState[] {
  return [closedBreaker, openBreaker, halfOpenBreaker, ...overridden('forceOpen'), ...overridden('forceClosed')].map(
    (make) => saveState(make({ halfOpen }).breaker),
  )
}

/** How each event of the second column comes about. */
const events: Record<string, (bench: Bench) => void> = {
  trip: ({ breaker }) => breaker.acquire().failure(down),
  'openDuration ends': ({ clock }) => clock.advance(1_000),
  'enough probes succeed': ({ breaker }) => breaker.acquire().success(),
  'a probe fails': ({ breaker }) => breaker.acquire().failure(down),
  'maxDuration ends': ({ clock }) => clock.advance(halfOpen.maxDuration),
  forceOpen: ({ breaker }) => breaker.forceOpen(),
  forceClosed: ({ breaker }) => breaker.forceClosed(),
  '`for` ends': ({ clock }) => clock.advance(overrideMs),
  resume: ({ breaker }) => breaker.resume(),
  reset: ({ breaker }) => breaker.reset(),
  probeNow: ({ breaker }) => breaker.probeNow(),
}

const isTime = (event: string) => event.endsWith(' ends')
const causeOf = (event: string) => {
  if (isTime(event)) return 'time'
  return ['trip', 'enough probes succeed', 'a probe fails'].includes(event) ? 'call' : 'manual'
}

/** The transitions of an event, and the state before and after it. */
function observed(bench: Bench, event: (bench: Bench) => void) {
  const { breaker } = bench
  const before = breaker.state
  const transitions: object[] = []
  const end = breaker.on('transition', ({ from, to, reason, cause }) => transitions.push({ from, to, reason, cause }))
  event(bench)
  const { state, lastTransition } = breaker.snapshot()
  end()
  return { before, transitions, state, lastTransition }
}

test('the table has a head and rows', () => {
  expect(head).toEqual({ from: 'from', event: 'event', to: 'to', reason: 'reason' })
  expect(line).toEqual({ from: '---', event: '---', to: '---', reason: '---' })
  expect(rows.length).toBeGreaterThan(10)
})

test('no row is there twice', () => {
  expect(new Set(rows.map(({ from, event }) => `${from} ${event}`)).size).toBe(rows.length)
})

describe.each(rows)('$from | $event | $to | $reason', ({ from, event, to, reason }) => {
  const benches = states[from] ?? []

  if (event === 'restoreState') {
    test('is so for each saved state', () => {
      expect(benches.length).toBeGreaterThan(0)
      for (const make of benches) {
        for (const saved of savedStates()) {
          const bench = make()
          const restored = saved.override?.state ?? saved.state.name
          const { before, transitions, state } = observed(bench, ({ breaker }) => {
            expect(restoreState(breaker, saved)).toBe(true)
          })
          expect(to).toBe('the saved state')
          expect(state).toBe(restored)
          expect(transitions).toEqual(
            before === restored ? [] : [{ from: before, to: restored, reason, cause: 'manual' }],
          )
        }
      }
    })
    return
  }

  if (event === 'a fleet decides') {
    test('is so for each state', () => {
      for (const make of benches) {
        for (const state of ['closed', 'open', 'half-open'] as const) {
          const bench = make()
          const { breaker } = bench
          const isForced = breaker.snapshot().override !== null
          const shared = shareState(breaker, { take: () => undefined, ready: () => undefined, isConnected: true })
          const decision = {
            state,
            remaining: 1_000,
            attempt: 1,
            reason: 'of the fleet',
            note: '',
            by: '',
            override: null,
          }
          const observation = observed(bench, () => shared.adopt(decision))
          const { before, transitions } = observation
          expect([to, reason]).toEqual(['what it says', '<its reason>'])
          const expected = { from: before, to: state, reason: 'of the fleet', cause: 'fleet' }
          expect(transitions).toEqual(isForced || before === state ? [] : [expected])
          breaker.resume()
          expect(breaker.state).toBe(state)
        }
      }
    })
    return
  }

  test('is so', () => {
    const happens = events[event]
    expect(happens, `a scenario for "${event}"`).toBeDefined()
    expect(benches.length, `a breaker that is "${from}"`).toBeGreaterThan(0)
    for (const make of benches) {
      const bench = make()
      const target = to === 'the suspended state' ? bench.suspended : to
      const { before, transitions, state, lastTransition } = observed(bench, happens as (bench: Bench) => void)
      const expected = {
        from: before,
        to: target,
        reason: reason === '<policy name>' ? 'consecutive-failures' : reason,
        cause: causeOf(event),
      }
      expect(transitions).toEqual(before === target ? [] : [expected])
      expect(state).toBe(target)
      if (before !== target) expect(lastTransition).toMatchObject(expected)
    }
  })
})

test('every scenario has a row', () => {
  const known = new Set(rows.map(({ event }) => event))
  expect(Object.keys(events).filter((event) => !known.has(event))).toEqual([])
  const named = new Set(rows.map(({ from }) => from))
  expect(Object.keys(states).filter((state) => !named.has(state))).toEqual([])
})

test('what the table does not have is no transition', () => {
  const inTable = new Set(rows.map(({ from, event }) => `${from} | ${event}`))
  const calls = ['trip', 'enough probes succeed', 'a probe fails']
  for (const [from, benches] of Object.entries(states)) {
    if (from === 'any') continue
    for (const [event, happens] of Object.entries(events)) {
      // What time or a probe does to a state is the scenario's only where the table has it.
      if (inTable.has(`${from} | ${event}`) || isTime(event) || calls.includes(event)) continue
      for (const make of benches) {
        const { before, transitions, state } = observed(make(), happens)
        expect([from, event, transitions, state]).toEqual([from, event, [], before])
      }
    }
  }
})

test('a trip has the name of its policy as the reason, whatever it is', () => {
  const failure = () => ({ policy: 'my-policy', threshold: 1, calls: 1, failures: 1 })
  const monitor = () => ({ success: () => undefined, failure, snapshot: () => ({ calls: 0, failures: 0 }) })
  for (const [trip, reason] of [
    [consecutiveFailures(1), 'consecutive-failures'],
    [{ name: 'my-policy', start: monitor }, 'my-policy'],
  ] as const) {
    const { breaker } = closedBreaker({ trip })
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition).toMatchObject({ from: 'closed', to: 'open', reason })
  }
})
