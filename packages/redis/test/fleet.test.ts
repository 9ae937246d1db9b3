import { AsyncLocalStorage } from 'node:async_hooks'
import { CircuitBreaker, CircuitBreakerRegistry, CircuitOpenError, consecutiveFailures } from '@cb/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Fleet, type FleetOptions, joinFleet, type MemoryStore, memoryStore } from '../src/index.ts'
import { away, type Instance, instances } from './instances.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const states = (all: readonly Instance[]) => all.map(({ breaker }) => breaker.state)
const settle = () => vi.advanceTimersByTimeAsync(0)

async function openFleet(count: number, options?: Partial<FleetOptions>) {
  const fleet = await instances(count, options)
  fleet.all[0]?.breaker.acquire().failure(new Error('down'))
  await settle()
  return fleet
}

describe('a fleet', () => {
  test('opens when one of a few instances trips, and says that the fleet has caused it', async () => {
    const { all } = await openFleet(3)
    expect(states(all)).toEqual(['open', 'open', 'open'])
    expect(all[1]?.breaker.snapshot().lastTransition).toMatchObject({ cause: 'fleet', reason: 'fleet-tripped' })
    expect(all[0]?.breaker.snapshot().lastTransition).toMatchObject({ cause: 'call' })
  })

  test('says which instance has tripped, and why, and whose probe has failed', async () => {
    const { store, join } = await instances(0)
    const [one, other] = [await join({ instance: 'shop-1' }), await join({ instance: 'shop-2' })]
    one.breaker.acquire().failure(new Error('down'))
    await settle()
    const last = () => other.breaker.snapshot().lastTransition
    expect(last()).toMatchObject({ reason: 'fleet-tripped', by: 'shop-1', note: 'consecutive-failures' })
    await vi.advanceTimersByTimeAsync(1_000)
    await one.breaker.execute(() => Promise.reject(new Error('still down'))).catch(() => {})
    await settle()
    expect(last()).toMatchObject({ reason: 'fleet-probe-failed', by: 'shop-1' })
    expect(last()).not.toHaveProperty('note')
    expect(store.states.get('payments')?.by).toBe('shop-1')
  })

  test('lists who votes to open, and who probes', async () => {
    const { join } = await instances(0)
    const [one, other] = [await join({ instance: 'shop-1', quorum: 2 }), await join({ instance: 'shop-2', quorum: 2 })]
    const listed = async () => (await one.fleet.list()).map(({ state, votes, probes }) => ({ state, votes, probes }))
    one.breaker.acquire().failure(new Error('down'))
    await settle()
    expect(await listed()).toEqual([{ state: 'closed', votes: ['shop-1'], probes: [] }])
    other.breaker.acquire().failure(new Error('down'))
    await settle()
    expect(await listed()).toEqual([{ state: 'open', votes: [], probes: [] }])
    await vi.advanceTimersByTimeAsync(1_000)
    void other.breaker.execute(() => new Promise(() => {}))
    await settle()
    expect(await listed()).toEqual([{ state: 'half-open', votes: [], probes: ['shop-2'] }])
  })

  test('does not open by a vote that a frozen store has kept until its voter had recovered', async () => {
    const { all, store } = await instances(2)
    const [one, other] = all.map(({ breaker }) => breaker) as [CircuitBreaker, CircuitBreaker]
    const run = store.run.bind(store)
    const kept: (() => void)[] = []
    const frozen = vi
      .spyOn(store, 'run')
      .mockImplementation(
        (...call) => new Promise((resolve, reject) => void kept.push(() => run(...call).then(resolve, reject))),
      )
    one.acquire().failure(new Error('down'))
    expect(one.state).toBe('open')
    for (let second = 0; second < 60 && one.state !== 'closed'; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      await one.execute(async () => 'well').catch(() => {})
    }
    expect([one.state, other.state]).toEqual(['closed', 'closed'])
    frozen.mockRestore()
    for (const goOn of kept) goOn()
    await vi.advanceTimersByTimeAsync(20_000)
    expect([one.state, other.state]).toEqual(['closed', 'closed'])
    expect(store.states.get('payments')?.votes).toEqual({})
    other.acquire().failure(new Error('down'))
    await settle()
    expect(one.state).toBe('open')
  })

  test('of ten stays closed when one node is bad, and opens when two are', async () => {
    const { all } = await openFleet(10)
    expect(states(all).filter((state) => state === 'open')).toHaveLength(1)
    all[1]?.breaker.acquire().failure(new Error('down'))
    await settle()
    expect(new Set(states(all))).toEqual(new Set(['open']))
  })

  test('makes no round trip while closed, but for the poll, nor while open', async () => {
    const { all, store } = await instances(2, { pollInterval: 60_000 })
    const run = vi.spyOn(store, 'run')
    for (let n = 0; n < 1_000; n++) await all[0]?.breaker.execute(async () => 'well')
    expect(run).not.toHaveBeenCalled()
    all[0]?.breaker.acquire().failure(new Error('down'))
    await settle()
    expect(run).toHaveBeenCalledTimes(1)
    for (let n = 0; n < 1_000; n++) all[1]?.breaker.tryAcquire()
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('probes with one call at a time over all instances, and closes together', async () => {
    const { all } = await openFleet(3)
    await vi.advanceTimersByTimeAsync(1_000)
    let running = 0
    let most = 0
    const probe = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 200))
      running--
    }
    const call = () => Promise.allSettled(all.map(({ breaker }) => breaker.execute(probe)))
    const calls = [call(), call(), call()]
    await vi.advanceTimersByTimeAsync(1_000)
    expect(states(all)).toEqual(['half-open', 'half-open', 'half-open'])
    for (let n = 0; n < 4; n++) calls.push(call(), vi.advanceTimersByTimeAsync(600) as never)
    await vi.advanceTimersByTimeAsync(3_000)
    await Promise.all(calls)
    expect([most, states(all)]).toEqual([1, ['closed', 'closed', 'closed']])
    expect(all[2]?.breaker.snapshot().lastTransition).toMatchObject({
      cause: 'fleet',
      reason: 'fleet-probes-succeeded',
    })
  })

  test('keeps a lease for a call, however often a page or a metric asks for a snapshot', async () => {
    const { all, store } = await openFleet(2)
    await vi.advanceTimersByTimeAsync(1_000)
    const { breaker } = all[1] as Instance
    expect(breaker.tryAcquire().admitted).toBe(false)
    await settle()
    for (const other of all) other.breaker.snapshot()
    await settle()
    expect(Object.keys(store.states.get('payments')?.leases ?? {})).toHaveLength(1)
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test('opens again for longer when a probe fails', async () => {
    const { all } = await openFleet(2)
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(all[1]?.breaker.execute(() => Promise.reject(new Error('still down')))).rejects.toThrow('still down')
    await settle()
    expect(states(all)).toEqual(['open', 'open'])
    for (const { breaker } of all)
      expect(breaker.snapshot().lastTransition).toMatchObject({
        reason: 'fleet-probe-failed',
        attempt: 2,
        cause: 'fleet',
      })
    expect(all[0]?.breaker.tryAcquire()).toMatchObject({ retryAfterMs: 2_000 })
  })

  test.each([
    ['execute', 60_000, 2],
    ['tryAcquire', 60_000, 4],
  ] as const)(
    'closes with one call of %s a minute, while all other instances are idle',
    async (method, pause, calls) => {
      const { all } = await openFleet(3)
      const { breaker } = all[2] as Instance
      await vi.advanceTimersByTimeAsync(1_000)
      for (let n = 0; n < calls; n++) {
        if (method === 'execute') await breaker.execute(async () => 'well')
        else {
          const permit = breaker.tryAcquire()
          if (permit.admitted) permit.success()
        }
        await vi.advanceTimersByTimeAsync(pause)
      }
      expect(states(all)).toEqual(['closed', 'closed', 'closed'])
    },
  )

  test('recovers although the process that had the lease is gone', async () => {
    const { all } = await openFleet(2)
    await vi.advanceTimersByTimeAsync(1_000)
    void all[0]?.breaker.execute(() => new Promise(() => {}))
    await settle()
    const { breaker } = all[1] as Instance
    await expect(breaker.execute(() => 'well')).rejects.toThrow(CircuitOpenError)
    await vi.advanceTimersByTimeAsync(15_000)
    for (let n = 0; n < 3; n++) {
      await breaker.execute(() => 'well').catch(() => {})
      await vi.advanceTimersByTimeAsync(500)
    }
    expect(states(all)).toEqual(['closed', 'closed'])
  })

  test('does not hear a neutral probe as a success', async () => {
    const { all } = await openFleet(1)
    await vi.advanceTimersByTimeAsync(1_000)
    const { breaker } = all[0] as Instance
    for (let n = 0; n < 5; n++) {
      const controller = new AbortController()
      const call = breaker.execute(() => new Promise(() => {}), { signal: controller.signal })
      await settle()
      controller.abort()
      await expect(call).rejects.toThrow('aborted')
      await settle()
    }
    expect(breaker.state).toBe('half-open')
  })

  test('is overridden by an operator in all instances at once, and goes on from where it was', async () => {
    const { all } = await instances(3)
    const [{ fleet }] = all as [Instance]
    await fleet.forceOpen('payments', { note: 'provider maintenance' })
    await settle()
    for (const { breaker } of all)
      expect(breaker.snapshot()).toMatchObject({
        override: { state: 'open', note: 'provider maintenance', expiresInMs: null },
        lastTransition: {
          ...{ cause: 'fleet', reason: 'fleet-forced', note: 'provider maintenance' },
          by: expect.stringContaining(`:${process.pid}:`),
        },
      })
    await fleet.resume('payments')
    await settle()
    expect(states(all)).toEqual(['closed', 'closed', 'closed'])
    await fleet.forceOpen('payments', { for: 500 })
    await settle()
    expect(all[1]?.breaker.snapshot().override).toMatchObject({ note: null, expiresInMs: 500 })
    expect(all[1]?.breaker.snapshot().lastTransition).not.toHaveProperty('note')
    expect(states(all)).toEqual(['open', 'open', 'open'])
    await vi.advanceTimersByTimeAsync(500)
    expect(states(all)).toEqual(['closed', 'closed', 'closed'])
  })

  test('is joined with what it has decided before', async () => {
    const { store, join } = await openFleet(2)
    const { breaker } = await join()
    expect(breaker.state).toBe('open')
    await (await joinFleet({ store })).forceClosed('payments')
    expect((await join()).breaker.snapshot().override).toMatchObject({ state: 'closed' })
  })

  test('learns of what a lost message was about at the next poll', async () => {
    const silent = memoryStore()
    const deaf = await instances(2, { store: { run: silent.run, names: silent.names } })
    deaf.all[0]?.breaker.acquire().failure(new Error('down'))
    await settle()
    expect(states(deaf.all)).toEqual(['open', 'closed'])
    await vi.advanceTimersByTimeAsync(6_250)
    expect(states(deaf.all)[1]).not.toBe('closed')
  })

  test('goes on after the store has forgotten that it is open', async () => {
    const { all, store } = await openFleet(2)
    store.states.clear()
    await vi.advanceTimersByTimeAsync(999)
    expect(states(all)).toEqual(['open', 'open'])
    await vi.advanceTimersByTimeAsync(1)
    for (let n = 0; n < 2; n++) await all[1]?.breaker.execute(() => 'well')
    await settle()
    expect(states(all)).toEqual(['closed', 'closed'])
  })

  test('opens by the failure rate of all instances, where each has too few calls', async () => {
    const counts = { window: 10_000, minimumCalls: 8, threshold: 0.5 }
    const { all } = await instances(4, { counts }, { trip: consecutiveFailures(100) })
    for (const { breaker } of all) {
      breaker.acquire().success()
      breaker.acquire().failure(new Error('down'))
    }
    await vi.advanceTimersByTimeAsync(500)
    expect(states(all)).toEqual(['open', 'open', 'open', 'open'])
    expect(all[1]?.breaker.snapshot().lastTransition).toMatchObject({ reason: 'fleet-failure-rate', cause: 'fleet' })
  })

  test('gives a lease back that is granted after it was left', async () => {
    const { all, store } = await openFleet(2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(all[1]?.breaker.tryAcquire().admitted).toBe(false)
    await all[1]?.fleet.leave()
    await settle()
    expect(store.states.get('payments')).toMatchObject({ state: 'half-open', leases: {} })
  })

  test('takes a registry once, also an empty one', async () => {
    const registry = new CircuitBreakerRegistry()
    const fleet = await joinFleet({ store: memoryStore() })
    await fleet.share(registry)
    expect(() => fleet.share(registry)).toThrow('this registry is shared already')
    expect(registry.get('later').snapshot().fleet).toBeDefined()
  })

  test('takes a registry of which a breaker is shared already, and takes none if one belongs to another fleet', async () => {
    const registry = new CircuitBreakerRegistry()
    const breakers = ['a', 'b', 'c'].map((name) => registry.get(name))
    const [one, other] = [await joinFleet({ store: memoryStore() }), await joinFleet({ store: memoryStore() })]
    await one.share(breakers[1] as CircuitBreaker)
    expect(() => other.share(registry)).toThrow('already')
    expect(breakers.map((breaker) => breaker.snapshot().fleet)).toEqual([undefined, 'connected', undefined])
    await one.share(registry)
    registry.get('later')
    await settle()
    expect(Array.from(registry, (breaker) => breaker.snapshot().fleet)).toEqual(Array(4).fill('connected'))
  })

  test('obeys an operator also after the store has failed over to one whose clock is behind', async () => {
    let behind = 0
    const store = memoryStore(() => Date.now() - behind)
    const { all } = await instances(2, { store })
    const [{ fleet }] = all as [Instance]
    await fleet.forceOpen('payments')
    await fleet.resume('payments')
    store.states.clear()
    behind = 5_000
    await fleet.forceOpen('payments')
    await settle()
    expect(states(all)).toEqual(['open', 'open'])
    store.states.clear()
    await fleet.resume('payments')
    await settle()
    expect(states(all)).toEqual(['closed', 'closed'])
  })

  test('opens by its counts for a second where the openDuration function is of no use', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const counts = { window: 10_000, minimumCalls: 2, threshold: 0.5 }
    const openDuration = ({ error }: { error: unknown }) => (error as { status: number }).status
    const { all } = await instances(2, { counts }, { trip: consecutiveFailures(100), openDuration })
    for (const { breaker } of all) breaker.acquire().failure(new Error('down'))
    await vi.advanceTimersByTimeAsync(500)
    expect(states(all)).toEqual(['open', 'open'])
    expect(all[0]?.breaker.tryAcquire()).toMatchObject({ retryAfterMs: 1_000 })
    vi.restoreAllMocks()
  })

  test('shares all breakers of a registry, also later ones, until they are evicted', async () => {
    const store = memoryStore()
    const registry = new CircuitBreakerRegistry({ maxSize: 2, defaults: { trip: consecutiveFailures(1) } })
    const early = registry.get('early')
    const fleet = await joinFleet({ store })
    await fleet.share(registry)
    const late = registry.get('late')
    registry.get('last')
    await settle()
    await fleet.forceOpen('late')
    expect([late.state, store.states.size]).toEqual(['open', 3])
    await fleet.forceOpen('early')
    expect(early.state).toBe('closed')
    expect(early.snapshot()).not.toHaveProperty('fleet')
  })

  test('is left: its breakers decide alone again', async () => {
    const { all } = await openFleet(2)
    const [{ fleet, breaker }] = all as [Instance]
    await fleet.leave()
    await fleet.leave()
    expect(() => fleet.share(breaker)).toThrow('this fleet was left')
    await vi.advanceTimersByTimeAsync(1_000)
    for (let n = 0; n < 2; n++) breaker.acquire().success()
    expect(states(all)).toEqual(['closed', 'half-open'])
    expect(vi.getTimerCount()).toBe(1)
  })

  test('decides nothing any more about a breaker that has left, also by a reply that was under way', async () => {
    const { all, store } = await instances(2)
    const [one] = all as [Instance]
    const { run } = store
    vi.spyOn(store, 'run').mockImplementation(async (...operation) => {
      const reply = await run(...operation)
      await new Promise((resolve) => setTimeout(resolve, 100))
      return reply
    })
    one.breaker.acquire().failure(new Error('down'))
    await one.fleet.leave()
    one.breaker.reset()
    await vi.advanceTimersByTimeAsync(200)
    expect(states(all)).toEqual(['closed', 'open'])
  })

  test('does nothing in the async context of a call', async () => {
    const { all, store } = await instances(2, { pollInterval: 600_000 })
    const storage = new AsyncLocalStorage<string>()
    const contexts: unknown[] = []
    const { run } = store
    vi.spyOn(store, 'run').mockImplementation((...operation) => {
      contexts.push(storage.getStore())
      return run(...operation)
    })
    const [one, other] = all as [Instance, Instance]
    for (const { breaker } of all)
      breaker.on('transition', ({ cause }) => void (cause === 'fleet' && contexts.push(storage.getStore())))
    storage.run('a call', () => one.breaker.acquire().failure(new Error('down')))
    await vi.advanceTimersByTimeAsync(1_000)
    for (let n = 0; n < 2; n++) await storage.run('a call', () => other.breaker.execute(() => 'well'))
    await settle()
    expect(states(all)).toEqual(['closed', 'closed'])
    expect(contexts).toEqual(Array(8).fill(undefined))
  })

  test('lists its breakers', async () => {
    const { all } = await openFleet(2)
    expect(await all[0]?.fleet.list()).toMatchObject([
      { name: 'payments', state: 'open', remaining: 1_000, members: 2 },
    ])
  })
})

describe('while the store is away', () => {
  test.each(['rejects', 'is silent'] as const)(
    'and %s, each instance trips and recovers alone, after a delay by chance',
    async (how) => {
      const { all, store } = await instances(3)
      away(store, how)
      for (const { breaker } of all) breaker.acquire().failure(new Error('down'))
      await vi.advanceTimersByTimeAsync(1_000)
      expect(states(all)).toEqual(['half-open', 'half-open', 'half-open'])
      const before = performance.now()
      while (states(all).some((state) => state !== 'closed') && performance.now() < before + 10_000) {
        for (const { breaker } of all) await breaker.execute(() => 'well').catch(() => {})
        await vi.advanceTimersByTimeAsync(10)
      }
      expect(states(all)).toEqual(['closed', 'closed', 'closed'])
      expect(performance.now() - before).toBeLessThan(5_100)
    },
  )

  test('a known open state is kept to its deadline', async () => {
    const { all, store } = await openFleet(2)
    away(store, 'is silent')
    await vi.advanceTimersByTimeAsync(999)
    expect(states(all)).toEqual(['open', 'open'])
  })

  test('no call waits longer than 50 ms or fails because of it, and at most one operation is in flight', async () => {
    const { all, store } = await openFleet(2)
    const silent = away(store, 'is silent')
    await vi.advanceTimersByTimeAsync(1_000)
    const { breaker } = all[1] as Instance
    const before = performance.now()
    const call = expect(breaker.execute(() => 'well')).rejects.toThrow(CircuitOpenError)
    await vi.advanceTimersByTimeAsync(50)
    await call
    expect(performance.now() - before).toBe(50)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(silent).toHaveBeenCalledTimes(2)
  })

  test('a store that answers slowly is not away because many breakers are shared', async () => {
    const store = memoryStore()
    const { run } = store
    vi.spyOn(store, 'run').mockImplementation(async (...operation) => {
      await new Promise((resolve) => setTimeout(resolve, 25))
      return run(...operation)
    })
    const registry = new CircuitBreakerRegistry({ maxSize: 2_000 })
    for (let n = 0; n < 1_000; n++) registry.get(`host ${n}`)
    const fleet = await joinFleet({ store })
    void fleet.share(registry)
    await vi.advanceTimersByTimeAsync(2_000)
    for (let n = 0; n < 10; n++) {
      const away = Array.from(registry).filter((breaker) => breaker.snapshot().fleet === 'away')
      expect(away).toEqual([])
      await vi.advanceTimersByTimeAsync(1_000)
    }
    await fleet.leave()
  })

  test('not more operations than a fixed number are in flight, and each breaker recovers alone all the same', async () => {
    const store = memoryStore()
    const fleet = await joinFleet({ store })
    const defaults = { trip: consecutiveFailures(1), openDuration: 1_000, halfOpen: { successThreshold: 1 } }
    const registry = new CircuitBreakerRegistry({ defaults })
    for (let n = 0; n < 40; n++) registry.get(`host ${n}`)
    await fleet.share(registry)
    const silent = away(store, 'is silent')
    for (const breaker of registry) breaker.acquire().failure(new Error('down'))
    await vi.advanceTimersByTimeAsync(1_000)
    for (let n = 0; n < 60; n++) {
      for (const breaker of registry) await breaker.execute(() => 'well').catch(() => {})
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(Array.from(registry, ({ state }) => state)).toEqual(Array(40).fill('closed'))
    expect(silent).toHaveBeenCalledTimes(16)
  })

  test('an operator is told, and may try again', async () => {
    const { all, store } = await instances(1)
    away(store, 'is silent')
    const failed = expect(all[0]?.fleet.forceOpen('payments')).rejects.toThrow('did not answer within 1000 ms')
    await vi.advanceTimersByTimeAsync(1_000)
    await failed
  })

  test('a vote is kept, and counts when the store is back while its voter is still open', async () => {
    const { all, store } = await instances(2, { pollInterval: 100 }, { openDuration: 60_000 })
    const spy = away(store, 'rejects')
    all[0]?.breaker.acquire().failure(new Error('down'))
    await settle()
    expect(states(all)).toEqual(['open', 'closed'])
    spy.mockRestore()
    await vi.advanceTimersByTimeAsync(300)
    expect(states(all)).toEqual(['open', 'open'])
  })

  test('a breaker that has recovered alone is not drawn into the probes of others', async () => {
    const { all, store, join } = await openFleet(2)
    const spy = away(store, 'rejects')
    await vi.advanceTimersByTimeAsync(1_000)
    const { breaker } = all[0] as Instance
    for (let n = 0; n < 200 && breaker.state !== 'closed'; n++) {
      await breaker.execute(() => 'well').catch(() => {})
      await vi.advanceTimersByTimeAsync(50)
    }
    spy.mockRestore()
    const later = await join()
    await later.breaker.execute(() => 'well')
    await settle()
    expect([later.breaker.state, breaker.state]).toEqual(['half-open', 'closed'])
  })
})

test.each([
  [{}, 'joinFleet needs either client or store'],
  [{ client: {} }, 'client must be a client of node-redis or ioredis'],
  [{ store: {} }, 'store.run must be a function'],
  [{ store: null }, 'store must be a FleetStore'],
  [{ store: memoryStore(), namespace: 1 }, 'namespace'],
  [{ store: memoryStore(), quorum: 0 }, 'quorum'],
  [{ store: memoryStore(), quorum: 1.5 }, 'quorum must be an integer >= 1 or a share below 1'],
  [{ store: memoryStore(), pollInterval: 0 }, 'pollInterval'],
  [{ store: memoryStore(), counts: { window: 1_000 } }, 'counts.'],
  [{ store: memoryStore(), polInterval: 1 }, 'polInterval'],
])('joinFleet names a wrong option: %j', async (options, message) => {
  await expect(joinFleet(options as FleetOptions)).rejects.toThrow(message)
})

test('share names what it can not share', async () => {
  const fleet: Fleet = await joinFleet({ store: memoryStore() as MemoryStore })
  expect(() => fleet.share({} as CircuitBreaker)).toThrow('breaker must be a CircuitBreaker')
  const breaker = new CircuitBreaker()
  void fleet.share(breaker)
  expect(() => fleet.share(breaker)).toThrow('already')
  await fleet.leave()
})
