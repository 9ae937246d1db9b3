import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Operation, Reply } from './protocol.ts'
import type { FleetStore } from './store.ts'

/** One thing that a store must do; its name says what. Works with any test runner. */
export interface StoreCheck {
  readonly name: string
  /** @param store  may have been used before: each check has breakers of its own. @throws AssertionError if the store does not do it. */
  run(store: FleetStore): Promise<void>
}

const sender = { seen: 0, instance: 'a', stay: 60_000 }
const limits = { successesNeeded: 1, failuresTolerated: 0, openFor: 60_000 }

/** A breaker that no check has used, and what can be done with it. */
function breakerOf(store: FleetStore, name: string = `check ${randomUUID()}`) {
  const run = (operation: object) => store.run(name, { ...sender, ...operation } as Operation)
  return {
    name,
    run,
    read: () => run({ op: 'read' }),
    trip: (more?: object) =>
      run({ op: 'trip', quorum: 1, voteFor: 60_000, openFor: 1, attempt: 1, until: 0, note: '', ...more }),
    lease: (token: string, more?: object) =>
      run({ op: 'lease', token, limit: 1, leaseFor: 60_000, attempt: 1, ...more }),
    report: (token: string, { epoch: seen }: Reply, outcome: string) =>
      run({ op: 'report', token, seen, outcome, ...limits }),
    /** Open, and its time is up. */
    async due() {
      await this.trip()
      await later(5)
    },
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * What a store must do to keep the state of a fleet.
 * @example for (const { name, run } of storeChecks) test(name, () => run(myStore))
 */
export const storeChecks: readonly StoreCheck[] = [
  {
    name: 'a breaker that it does not know is closed',
    async run(store) {
      const { epoch, state, members, override } = await breakerOf(store).read()
      deepEqual({ epoch, state, members, override }, { epoch: 0, state: 'closed', members: 1, override: null })
    },
  },
  {
    name: 'the votes of two instances open where two are needed',
    async run(store) {
      const breaker = breakerOf(store)
      equal((await breaker.trip({ quorum: 2 })).state, 'closed')
      equal((await breaker.trip({ quorum: 2 })).state, 'closed')
      const last = { quorum: 2, instance: 'b', openFor: 60_000, note: 'failure-rate' }
      const { state, remaining, by, note } = await breaker.trip(last)
      deepEqual({ state, by, note }, { state: 'open', by: 'b', note: 'failure-rate' })
      ok(remaining > 0 && remaining <= 60_000, `remaining is ${remaining}`)
    },
  },
  {
    name: 'of fifty that ask at once as many get a lease as the limit says',
    async run(store) {
      const breaker = breakerOf(store)
      await breaker.due()
      const replies = await Promise.all(Array.from({ length: 50 }, (_, n) => breaker.lease(`t${n}`, { limit: 3 })))
      equal(replies.filter(({ leased }) => leased).length, 3)
      ok(replies.every(({ leased, hint }) => leased || hint > 0))
    },
  },
  {
    name: 'a lease that ends makes room for another',
    async run(store) {
      const breaker = breakerOf(store)
      await breaker.due()
      equal((await breaker.lease('one', { leaseFor: 10 })).leased, true)
      await later(20)
      equal((await breaker.lease('other')).leased, true)
    },
  },
  {
    name: 'a renewed lease lasts, and one that has ended is not renewed',
    async run(store) {
      const breaker = breakerOf(store)
      await breaker.due()
      const { epoch: seen } = await breaker.lease('one', { leaseFor: 1_000 })
      equal((await breaker.run({ op: 'renew', seen, token: 'one', leaseFor: 60_000 })).leased, true)
      ok((await breaker.lease('other')).hint > 1_000)
      equal((await breaker.run({ op: 'renew', seen, token: 'none', leaseFor: 60_000 })).leased, false)
    },
  },
  {
    name: 'a success closes, a failure opens again, and a neutral report only gives its lease back',
    async run(store) {
      for (const [outcome, state] of [
        ['success', 'closed'],
        ['failure', 'open'],
        ['ignored', 'half-open'],
      ] as const) {
        const breaker = breakerOf(store)
        await breaker.due()
        const granted = await breaker.lease('one')
        const reply = await breaker.report('one', granted, outcome)
        equal(reply.state, state)
        equal(reply.epoch > granted.epoch, state !== 'half-open')
        if (state === 'half-open') equal((await breaker.lease('other')).leased, true)
      }
    },
  },
  {
    name: 'a report without a lease, and a vote of an earlier epoch, change nothing',
    async run(store) {
      const breaker = breakerOf(store)
      await breaker.due()
      const granted = await breaker.lease('one')
      equal((await breaker.report('none', granted, 'success')).epoch, granted.epoch)
      const closed = await breaker.report('one', granted, 'success')
      equal((await breaker.trip({ seen: granted.epoch })).epoch, closed.epoch)
      equal((await breaker.trip({ seen: closed.epoch })).state, 'open')
    },
  },
  {
    name: 'epochs only grow, whoever has seen them',
    async run(store) {
      const breaker = breakerOf(store)
      const epochs = [Date.now() * 1_000 + 3_600_000_000]
      for (let n = 0; n < 20; n++) {
        const override = { op: 'override', to: 'open', lasts: 0, note: '', by: '', seen: epochs[0] }
        epochs.push((await breaker.run(override)).epoch)
      }
      deepEqual(
        epochs,
        [...new Set(epochs)].sort((a, b) => a - b),
      )
    },
  },
  {
    name: 'an override stands above all until it is ended, with its note as it was given',
    async run(store) {
      const breaker = breakerOf(store)
      const note = 'why ☃ "\\\n'
      await breaker.run({ op: 'override', to: 'closed', lasts: 0, note, by: 'me' })
      const { override } = await breaker.trip({ seen: Number.MAX_SAFE_INTEGER - 10 })
      deepEqual(override, { state: 'closed', remaining: 0, note, by: 'me' })
      const resumed = await breaker.run({ op: 'resume', note: 'well again', by: 'me' })
      deepEqual([resumed.override, resumed.reason, resumed.note, resumed.by], [null, 'resumed', 'well again', 'me'])
    },
  },
  {
    name: 'an override that has an end is over then',
    async run(store) {
      const breaker = breakerOf(store)
      await breaker.run({ op: 'override', to: 'open', lasts: 10, note: '', by: '' })
      await later(20)
      equal((await breaker.read()).override, null)
    },
  },
  {
    name: 'fleet-wide counts open at their threshold',
    async run(store) {
      const breaker = breakerOf(store)
      const counts = { op: 'flush', window: 60_000, minimumCalls: 10, threshold: 0.5, openFor: 60_000 }
      equal((await breaker.run({ ...counts, calls: 9, failures: 9 })).state, 'closed')
      equal((await breaker.run({ ...counts, calls: 1, failures: 0 })).state, 'open')
    },
  },
  {
    name: 'breakers are apart, whatever they are called, and all are listed',
    async run(store) {
      const id = randomUUID()
      const names = ['', ':', '}', '{', '%', 'ä', '☃', '\ud800', '\udbff', '\\ud800', '"', '\r\n', ' ', '*'].map(
        (end) => id + end,
      )
      for (const [index, name] of names.entries())
        await breakerOf(store, name).run({ op: 'override', to: 'open', lasts: 0, note: `${index}`, by: '' })
      for (const [index, name] of names.entries())
        equal((await breakerOf(store, name).read()).override?.note, `${index}`)
      deepEqual((await store.names()).filter((name) => name.startsWith(id)).sort(), names.sort())
    },
  },
  {
    name: 'each new epoch is announced once to all that listen, if it announces at all',
    async run(store) {
      if (store.subscribe === undefined) return
      const breaker = breakerOf(store)
      const epochs: number[] = []
      const listener = ({ name, view }: { name: string; view: { epoch: number } }) => {
        if (name === breaker.name) epochs.push(view.epoch)
      }
      const end = await store.subscribe(listener, () => {})
      const expected = [(await breaker.trip()).epoch]
      await later(5)
      const granted = await breaker.lease('one')
      await breaker.read()
      expected.push(granted.epoch, (await breaker.report('one', granted, 'success')).epoch)
      for (let n = 0; n < 200 && epochs.length < 3; n++) await later(10)
      await end()
      deepEqual(epochs, expected)
    },
  },
]
