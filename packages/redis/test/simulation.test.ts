import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { seededRandom } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Fleet, type FleetStore, joinFleet, memoryStore } from '../src/index.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const limit = 2
const outage = { from: 2_000, to: 10_000 }
const faultsEndAt = 14_000

/** What may go wrong, as shares of all operations or messages. */
interface Faults {
  readonly rejected: number
  readonly silent: number
  readonly repliesLost: number
  readonly messagesLost: number
  readonly crashes: number
}

class Simulation {
  readonly #random: () => number
  readonly #faults: Faults
  readonly #store = memoryStore()
  readonly #began = performance.now()
  /** Admitted while half-open, of processes that live. */
  probes = 0
  mostProbes = 0
  allProbes = 0
  readonly instances: { breaker: CircuitBreaker; fleet: Fleet; isAlive: boolean; probes: number }[] = []

  constructor(seed: number, faults: Faults) {
    this.#random = seededRandom(seed)
    this.#faults = faults
  }

  get #now(): number {
    return performance.now() - this.#began
  }

  #happens(share: number): boolean {
    return this.#now < faultsEndAt && this.#random() < share
  }

  #storeOf(instance: { isAlive: boolean }): FleetStore {
    const { run, names, subscribe } = this.#store
    return {
      names,
      run: async (name, operation) => {
        await later(this.#random() * 10)
        if (!instance.isAlive) return new Promise(() => {})
        if (this.#happens(this.#faults.rejected)) throw new Error('no connection')
        if (this.#happens(this.#faults.silent)) await later(4_000)
        const reply = await run(name, operation)
        await later(this.#random() * 10)
        if (this.#happens(this.#faults.repliesLost)) throw new Error('the connection was lost')
        return reply
      },
      subscribe: async (onMessage, onReconnect) =>
        (subscribe as NonNullable<FleetStore['subscribe']>)(async (message) => {
          if (this.#happens(this.#faults.messagesLost)) return
          await later(this.#random() * 10)
          onMessage(message)
        }, onReconnect),
    }
  }

  async add(): Promise<void> {
    const breaker = new CircuitBreaker({
      ...{ name: 'payments', trip: consecutiveFailures(2), openDuration: 1_000 },
      halfOpen: { maxConcurrent: limit, successThreshold: 3, probeTimeout: 500 },
    })
    const instance = { breaker, isAlive: true, probes: 0, fleet: undefined as unknown as Fleet }
    instance.fleet = await joinFleet({ store: this.#storeOf(instance), quorum: 1, pollInterval: 1_000, deadline: 300 })
    await instance.fleet.share(breaker)
    this.instances.push(instance)
    void this.#callForEver(instance)
  }

  async #callForEver(instance: Simulation['instances'][number]): Promise<void> {
    while (instance.isAlive) {
      void instance.breaker.execute(() => this.#call(instance)).catch(() => {})
      await later(20 + this.#random() * 60)
    }
  }

  async #call(instance: Simulation['instances'][number]): Promise<void> {
    const isProbe = instance.breaker.state === 'half-open'
    const count = isProbe ? 1 : 0
    this.probes += count
    this.allProbes += count
    instance.probes += count
    this.mostProbes = Math.max(this.mostProbes, this.probes)
    if (isProbe && this.#happens(this.#faults.crashes) && this.instances.filter(({ isAlive }) => isAlive).length > 2) {
      instance.isAlive = false
      this.probes -= instance.probes
      return new Promise(() => {})
    }
    const fails = this.#now >= outage.from && this.#now < outage.to
    await later(10 + this.#random() * 150)
    if (!instance.isAlive) return new Promise(() => {})
    this.probes -= count
    instance.probes -= count
    if (fails) throw new Error('down')
  }

  states(): string[] {
    return this.instances.filter(({ isAlive }) => isAlive).map(({ breaker }) => breaker.state)
  }
}

const none: Faults = { rejected: 0, silent: 0, repliesLost: 0, messagesLost: 0, crashes: 0 }
const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

describe('in an outage of eight seconds, five processes', () => {
  async function simulate(seed: number, faults: Faults): Promise<Simulation> {
    const simulation = new Simulation(seed, faults)
    const started = Promise.all(Array.from({ length: 5 }, () => simulation.add()))
    await vi.advanceTimersByTimeAsync(outage.from + 500)
    await started
    return simulation
  }

  test.each(seeds)('have never more probes in flight than the limit, though some crash (seed %d)', async (seed) => {
    const simulation = await simulate(seed, { ...none, crashes: 0.2 })
    expect(simulation.states()).not.toContain('closed')
    await vi.advanceTimersByTimeAsync(20_000)
    expect(new Set(simulation.states())).toEqual(new Set(['closed']))
    expect(simulation.mostProbes).toBeLessThanOrEqual(limit)
    // A round of probes for each second of the outage, the successes that close, and what was under way with them.
    expect(simulation.allProbes).toBeLessThanOrEqual((limit * (outage.to - outage.from)) / 1_000 + 3 + limit + 3)
    vi.clearAllTimers()
  })

  test.each(seeds)('recover together from all faults of the store (seed %d)', async (seed) => {
    const faults = { rejected: 0.2, silent: 0.05, repliesLost: 0.2, messagesLost: 0.3, crashes: 0.05 }
    const simulation = await simulate(seed, faults)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(new Set(simulation.states())).toEqual(new Set(['closed']))
    const [first] = simulation.instances.filter(({ isAlive }) => isAlive)
    void first?.fleet.forceOpen('payments')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(new Set(simulation.states())).toEqual(new Set(['open']))
    vi.clearAllTimers()
  })
})
