import { CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { type Fleet as JoinedFleet, joinFleet, type MemoryStore, memoryStore } from '@cb/redis'
import { deferred, type Listening, listen, until } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mostFleetBreakers } from '../src/fleet-watch.ts'
import { type Dashboard, dashboard, type Fleet, type FleetBreaker } from '../src/index.ts'
import type { DeltaFrame, FleetPart } from '../src/wire.ts'
import { act, Reader } from './client.ts'

let store: MemoryStore
let page: Dashboard
let server: Listening
let fleet: JoinedFleet
let registry: CircuitBreakerRegistry
const left: JoinedFleet[] = []

/** A process of the fleet: its breakers open at the first failure. */
async function join(...names: string[]) {
  const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), openDuration: 60_000 } })
  for (const name of names) registry.get(name)
  const fleet = await joinFleet({ store, instance: `shop-${left.length + 1}` })
  left.push(fleet)
  await fleet.share(registry)
  return { registry, fleet }
}

async function serve(shown: Fleet) {
  page = dashboard({ registry, fleet: shown, authorize: () => 'ada' })
  server = await listen((request, response) => page(request, response))
}

beforeEach(async () => {
  store = memoryStore()
  ;({ registry, fleet } = await join('payments', 'search'))
})
afterEach(async () => {
  vi.useRealTimers()
  page.close()
  await server.close()
  await Promise.all(left.splice(0).map((fleet) => fleet.leave()))
})

const ofFleet = (check: (part: FleetPart) => boolean) => (frame: DeltaFrame) =>
  frame.fleet !== undefined && check(frame.fleet)
const hasAnswered = ofFleet(({ isKnown, awaySince }) => isKnown && awaySince === null)

describe('the stream of a process in a fleet', () => {
  test('tells each breaker of the fleet, also those of other processes, and what changes', async () => {
    const other = await join('payments', 'mail')
    await serve(fleet)
    const reader = await Reader.open(server, '/stream')
    expect((await reader.snapshot()).fleet).toEqual({ isKnown: false, awaySince: null, rows: [], removed: [] })
    const { fleet: part } = await reader.delta(hasAnswered)
    expect(part?.rows.map(({ name, state, members }) => [name, state, members])).toEqual([
      ['mail', 0, 1],
      ['payments', 0, 2],
      ['search', 0, 1],
    ])
    other.registry.get('payments').acquire().failure(new Error('down'))
    const [row] = (await reader.delta(ofFleet(({ rows }) => rows.length > 0))).fleet?.rows ?? []
    expect(row).toMatchObject({ name: 'payments', state: 1, override: null })
    expect(row?.why).toMatch(/^opened: enough instances voted for it/)
    reader.close()
  })

  test('says so while the fleet is not reachable, and goes on with what this process does', async () => {
    await serve(fleet)
    const reader = await Reader.open(server, '/stream')
    await reader.delta(hasAnswered)
    const away = vi.spyOn(store, 'names').mockRejectedValue(new Error('no connection'))
    const { fleet: part } = await reader.delta(ofFleet(({ awaySince }) => awaySince !== null))
    expect(part).toMatchObject({ isKnown: true, rows: [], removed: [] })
    registry.get('search').forceOpen('only here')
    expect((await reader.delta(({ heads }) => heads.length > 0)).heads[0]?.[6]).toBe('only here')
    away.mockRestore()
    await reader.delta(hasAnswered)
    reader.close()
  })
})

describe('the store', () => {
  const names = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const

  /** As if it were the fleet, with answers of the test. */
  function answering(...answers: (() => Promise<readonly FleetBreaker[]>)[]) {
    const list = vi.fn(() => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Promise.resolve([]))
    return { list, forceOpen: vi.fn(), forceClosed: vi.fn(), resume: vi.fn() }
  }

  test('is asked once for all pages, every three seconds at most, and not at all while no page is open', async () => {
    vi.useFakeTimers({ toFake: [...names] })
    const shown = answering(() => Promise.resolve([]))
    await serve(shown)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown.list).not.toHaveBeenCalled()
    const readers = await Promise.all([1, 2, 3].map(() => Reader.open(server, '/stream')))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(shown.list).toHaveBeenCalledTimes(11)
    for (const reader of readers) reader.close()
    await until(() => vi.getTimerCount() === 0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown.list).toHaveBeenCalledTimes(11)
  })

  test('that never answers counts as away after five seconds, and is not asked again and again', async () => {
    vi.useFakeTimers({ toFake: [...names] })
    const shown = answering(() => new Promise(() => {}))
    await serve(shown)
    const asked = Date.now()
    const reader = await Reader.open(server, '/stream')
    await reader.snapshot()
    await vi.advanceTimersByTimeAsync(6_000)
    expect((await reader.delta(ofFleet(() => true))).fleet).toMatchObject({ isKnown: false, awaySince: asked })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown.list).toHaveBeenCalledTimes(1)
    reader.close()
  })

  test('that is slow is asked less often', async () => {
    vi.useFakeTimers({ toFake: [...names] })
    const slow = () => new Promise<[]>((resolve) => setTimeout(() => resolve([]), 4_000))
    const shown = answering(slow)
    await serve(shown)
    const reader = await Reader.open(server, '/stream')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(shown.list).toHaveBeenCalledTimes(4)
    reader.close()
  })

  test('is asked again at once after an action, if the answer on its way may be older', async () => {
    vi.useFakeTimers({ toFake: [...names] })
    const first = deferred<[]>()
    const shown = answering(
      () => first.promise,
      () => Promise.resolve([]),
    )
    await serve(shown)
    const reader = await Reader.open(server, '/stream')
    await reader.snapshot()
    const action = { action: 'resume', breaker: 'payments', note: 'done', scope: 'fleet' }
    expect((await act(server, '/act', action)).status).toBe(200)
    expect(shown.list).toHaveBeenCalledTimes(1)
    first.resolve([])
    await vi.advanceTimersByTimeAsync(1)
    expect(shown.list).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(shown.list).toHaveBeenCalledTimes(2)
    reader.close()
  })

  test('may hold anything: what is no breaker is left out, and the rest is cut', async () => {
    const sound = { state: 'closed', remaining: 0, attempt: 1, reason: 'resumed', note: '', override: null, members: 1 }
    const many = Array.from({ length: mostFleetBreakers }, (_, n) => ({ ...sound, name: `other ${n}` }))
    const odd = [{ name: 1 }, { name: 'x'.repeat(2_000), state: 'open' }, { name: 'y', state: 'ajar' }, null]
    const local = {
      ...{ ...sound, name: 'payments', state: 'open', remaining: NaN, members: 'many' },
      ...{ reason: 'constructor', note: 'n'.repeat(5_000), votes: Array(500).fill('v'.repeat(5_000)) },
      override: { state: 'open', remaining: Infinity, note: 1, by: '\u0000' },
    }
    const shown = answering(() => Promise.resolve([...many, local] as never))
    await serve(shown)
    const reader = await Reader.open(server, '/stream')
    const { fleet: part } = await reader.delta(hasAnswered)
    expect(part?.rows).toHaveLength(mostFleetBreakers)
    const row = part?.rows[0]
    expect(row).toMatchObject({ name: 'payments', members: 0, probes: null, override: { until: null, note: '' } })
    expect([row?.why?.length, row?.votes?.length, row?.votes?.[0]?.length]).toEqual([300, 50, 300])
    shown.list.mockResolvedValue(odd as never)
    const { fleet: next } = await reader.delta(ofFleet(({ removed }) => removed.length > 0))
    expect([next?.rows, next?.removed.length]).toEqual([[], 1_000])
    reader.close()
  })
})

describe('an action for the whole fleet', () => {
  const body = (action: string, more: object = {}) => ({
    ...{ action, breaker: 'payments', note: 'deploy 42', scope: 'fleet' },
    ...more,
  })

  test('overrides the breaker in all processes, with the note and the operator', async () => {
    const other = await join('payments')
    await serve(fleet)
    const of = () => [registry, other.registry].map((it) => it.get('payments').state)
    for (const [action, state] of [
      ['force-open', 'open'],
      ['force-closed', 'closed'],
      ['force-open', 'open'],
      ['resume', 'closed'],
    ] as const) {
      expect(await act(server, '/act', body(action))).toMatchObject({ status: 200 })
      await until(() => of().every((it) => it === state))
    }
    expect((await fleet.list()).map(({ override }) => override)).toEqual([null, null])
    await act(server, '/act', body('force-open', { for: 60_000 }))
    expect((await fleet.list()).find(({ name }) => name === 'payments')?.override).toMatchObject({
      ...{ state: 'open', note: 'deploy 42 (by ada)', by: 'shop-1' },
      remaining: expect.any(Number),
    })
  })

  test('without a scope is for this process only', async () => {
    const other = await join('payments')
    await serve(fleet)
    await act(server, '/act', body('force-open', { scope: undefined }))
    expect([registry.get('payments').state, other.registry.get('payments').state]).toEqual(['open', 'closed'])
    expect((await fleet.list()).every(({ override }) => override === null)).toBe(true)
  })

  test.each([
    [body('reset'), 400, 'a fleet has no reset'],
    [body('probe-now'), 400, 'a fleet has no probe-now'],
    [body('resume', { scope: 'all' }), 400, 'scope must be one of process, fleet, got "all"'],
    [body('resume', { breaker: 'other' }), 404, 'There is no breaker of this name.'],
  ])('that makes no sense is rejected: %#', async (action, status, detail) => {
    await serve(fleet)
    const answer = await act(server, '/act', action)
    expect([answer.status, answer.json.detail]).toEqual([status, detail])
    expect([...store.states.keys()]).toEqual(['payments', 'search'])
  })

  test('is a 503 if the store is away, and nothing of its error is sent', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    await serve(fleet)
    vi.spyOn(store, 'run').mockRejectedValue(new Error('redis://:hunter2@10.0.0.7'))
    const answer = await act(server, '/act', body('force-open'))
    expect([answer.status, answer.json.detail]).toEqual([
      503,
      'The fleet does not answer. It may have happened all the same.',
    ])
    expect(error).toHaveBeenCalledTimes(1)
    error.mockRestore()
  })

  test('needs a fleet', async () => {
    page = dashboard({ registry, authorize: () => 'ada' })
    server = await listen((request, response) => page(request, response))
    expect((await act(server, '/act', body('resume'))).json.detail).toBe('This dashboard has no fleet.')
  })
})
