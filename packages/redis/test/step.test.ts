import { describe, expect, test } from 'vitest'
import type { FleetState, Operation, Reply } from '../src/protocol.ts'
import { keepFor, step } from '../src/step.ts'

const day = 86_400_000
const sender = { seen: 0, instance: 'a', stay: 60_000 }
const limits = { successesNeeded: 2, failuresTolerated: 0, openFor: 2_000 }

/** A store with a clock that the test moves. */
function storeAt(now: number) {
  let state: FleetState | null = null
  const store = {
    now,
    get state() {
      return state as FleetState
    },
    forget() {
      state = null
    },
    run(operation: object): Reply {
      const before = state
      const result = step(before, { ...sender, ...operation } as Operation, store.now)
      state = result.state
      return result.reply
    },
    trip: (more?: object) =>
      store.run({
        op: 'trip',
        quorum: 1,
        voteFor: 10_000,
        openFor: 1_000,
        attempt: 1,
        seen: state?.epoch ?? 0,
        ...more,
      }),
    lease: (token: string, more?: object) =>
      store.run({ op: 'lease', token, limit: 1, leaseFor: 5_000, attempt: 1, seen: state?.epoch ?? 0, ...more }),
    report: (token: string, outcome: string) =>
      store.run({ op: 'report', token, outcome, seen: state?.epoch ?? 0, ...limits }),
    override: (to: string, lasts = 0) => store.run({ op: 'override', to, lasts, note: 'why', by: 'me' }),
  }
  return store
}

function dueStore() {
  const store = storeAt(5_000)
  store.trip()
  store.now += 1_000
  return store
}

describe('votes needed', () => {
  test.each([
    [0, 1, 1],
    [0, 4, 1],
    [0, 5, 2],
    [0, 10, 2],
    [0, 11, 3],
    [0, 100, 20],
    [3, 1, 3],
    [0.5, 1, 1],
    [0.5, 9, 5],
    [0.01, 9, 1],
  ])('by quorum %d of %d live instances: %d', (quorum, members, votes) => {
    const store = storeAt(5_000)
    for (let n = 0; n < members; n++) store.run({ op: 'read', instance: `i${n}` })
    let cast = 0
    while (store.state.state === 'closed') store.trip({ instance: `i${cast++}`, quorum })
    expect(cast).toBe(votes)
  })

  test('an instance that has not been heard of for its stay is not live, and a vote that is over does not count', () => {
    const store = storeAt(5_000)
    store.trip({ instance: 'a', quorum: 2, voteFor: 100 })
    store.now += 100
    expect(store.trip({ instance: 'b', quorum: 2 }).state).toBe('closed')
    expect(store.trip({ instance: 'c', quorum: 2 }).state).toBe('open')
    store.now += 60_000
    expect(store.run({ op: 'read', instance: '' }).members).toBe(0)
  })
})

describe('half-open', () => {
  test('begins with the first lease after the open duration, and not before', () => {
    const store = storeAt(5_000)
    store.trip()
    store.now += 999
    expect(store.lease('t')).toMatchObject({ state: 'open', leased: false, hint: 1, remaining: 1 })
    store.now += 1
    expect(store.lease('t')).toMatchObject({ state: 'half-open', leased: true, reason: 'open-duration-ended' })
  })

  test('closes at the successes needed, and opens again for longer at a failure too many', () => {
    const store = dueStore()
    store.lease('one')
    expect(store.report('one', 'success').state).toBe('half-open')
    store.lease('two')
    expect(store.report('two', 'success')).toMatchObject({ state: 'closed', reason: 'probes-succeeded' })
    const failing = dueStore()
    failing.lease('one')
    expect(failing.report('one', 'failure')).toMatchObject({ state: 'open', attempt: 2, remaining: 2_000 })
  })

  test('asking twice with the same token is one lease', () => {
    const store = dueStore()
    store.lease('one', { limit: 2 })
    expect(store.lease('one', { limit: 2 }).leased).toBe(true)
    expect(Object.keys(store.state.leases)).toEqual(['one'])
  })

  test('is entered anew by an asker who knows what the store has forgotten', () => {
    const store = dueStore()
    const { epoch } = store.state
    store.forget()
    expect(store.run({ op: 'read', seen: epoch })).toMatchObject({ epoch: 0, state: 'closed' })
    const reply = store.lease('one', { seen: epoch, attempt: 4 })
    expect(reply).toMatchObject({ state: 'half-open', leased: true, attempt: 4 })
    expect(reply.epoch).toBeGreaterThan(epoch)
  })
})

describe('an override', () => {
  test('suspends the state, which goes on by its own time', () => {
    const store = storeAt(5_000)
    store.trip()
    store.override('closed')
    store.now += 400
    expect(store.trip({ instance: 'b' })).toMatchObject({ state: 'open', override: { state: 'closed', remaining: 0 } })
    expect(store.run({ op: 'resume', note: '', by: '' })).toMatchObject({
      state: 'open',
      remaining: 600,
      override: null,
    })
  })

  test('is ended by a new epoch, also where the store has forgotten it', () => {
    const store = storeAt(5_000)
    const { epoch } = store.override('open')
    store.forget()
    const resumed = store.run({ op: 'resume', note: '', by: 'me', seen: epoch })
    expect(resumed).toMatchObject({ override: null, state: 'closed', reason: 'resumed', by: 'me' })
    expect(resumed.epoch).toBeGreaterThan(epoch)
  })

  test('with an end is over then, and one without is not forgotten', () => {
    const store = storeAt(5_000)
    store.override('open', 500)
    expect(keepFor(store.state, store.now)).toBe(60_000 + day)
    store.now += 499
    expect(store.run({ op: 'read' }).override).toMatchObject({ remaining: 1 })
    store.now += 1
    expect(store.run({ op: 'read' }).override).toBeNull()
    store.override('open')
    expect(keepFor(store.state, store.now)).toBeNull()
  })
})

test('the state is kept for a day after all that is in it', () => {
  const store = storeAt(5_000)
  store.trip({ openFor: 900_000 })
  expect(keepFor(store.state, store.now)).toBe(900_000 + day)
})

describe('a clock that is set back', () => {
  test('makes the open state last no longer than its whole duration anew', () => {
    const store = storeAt(5_000_000)
    store.trip()
    store.now = 1_000
    expect(store.run({ op: 'read' }).remaining).toBe(1_000)
    store.now += 1_000
    expect(store.lease('one').leased).toBe(true)
  })

  test('makes no lease last longer than another one would, and no epoch come again', () => {
    const store = storeAt(5_000_000)
    store.trip()
    store.now += 1_000
    const { epoch } = store.lease('one')
    store.now = 1_000
    store.lease('other', { limit: 2 })
    expect(store.state.leases).toEqual({ one: 6_000, other: 6_000 })
    expect(store.override('open').epoch).toBeGreaterThan(epoch)
  })

  test('begins the window of fleet-wide counts anew', () => {
    const store = storeAt(5_000_000)
    const flush = { op: 'flush', calls: 9, failures: 9, window: 1_000, minimumCalls: 10, threshold: 0.5, openFor: 1 }
    store.run(flush)
    store.now = 1_000
    expect(store.run(flush).state).toBe('closed')
    expect(store.run(flush)).toMatchObject({ state: 'open', reason: 'failure-rate' })
  })
})
