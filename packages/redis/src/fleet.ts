import { AsyncResource } from 'node:async_hooks'
import { assertOption, checkNumber, checkObject, milliseconds } from '@cb/checks'
import { type CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { withDeadline } from './deadline.ts'
import { holderOf } from './lease-token.ts'
import { Member, plainText } from './member.ts'
import { OperationQueue, Slots } from './operation-queue.ts'
import { type FleetOptions, parseFleet } from './options.ts'
import type { Operation, Reply, View } from './protocol.ts'
import type { FleetSettings } from './settings.ts'
import type { FleetStore } from './store.ts'

/** Operations in flight of one fleet in one process. */
const mostInFlight = 16

/** How often fleet-wide counts are sent, at most. */
const flushInterval = 500

/** Options of `fleet.forceOpen` and `fleet.forceClosed`. */
export interface FleetForceOptions extends FleetNoteOptions {
  /** Milliseconds, above 0, after which it ends by itself. Default: it lasts until `resume`. */
  for?: number | undefined
}

/** Options of `fleet.resume`. */
export interface FleetNoteOptions {
  /** Why, in your words, for snapshots and events of all instances; at most 1 000 characters are kept. */
  note?: string | undefined
}

/** A breaker of the fleet, as the store knows it. */
export interface FleetEntry extends View {
  readonly name: string
  /** The instances that have tripped, while their votes are too few to open the fleet. */
  readonly votes: readonly string[]
  /** The instances that may probe, once for each lease. */
  readonly probes: readonly string[]
}

/**
 * Joins a fleet: breakers of the same name, in all processes that have joined the same namespace, open and close together. Resolves
 * also while Redis is away: breakers then decide alone, and the fleet is joined when it is back.
 * @throws TypeError or RangeError naming the option.
 */
export async function joinFleet(options: FleetOptions): Promise<Fleet> {
  const { store, settings, deadline } = parseFleet(options)
  const fleet = new Fleet(store, settings, deadline)
  await fleet.start()
  return fleet
}

/** A process in a fleet; see `joinFleet`. */
export class Fleet {
  readonly #store: FleetStore
  readonly #settings: FleetSettings
  readonly #deadline: number
  readonly #context = new AsyncResource('cb.fleet')
  readonly #slots = new Slots(mostInFlight)
  readonly #members = new Set<Member>()
  readonly #registries = new Set<CircuitBreakerRegistry>()
  readonly #endings: (() => void)[] = []
  #pollTimer: NodeJS.Timeout | undefined
  #hasLeft = false

  /** @internal */
  constructor(store: FleetStore, settings: FleetSettings, deadline: number) {
    this.#store = store
    this.#settings = settings
    this.#deadline = deadline
  }

  /** @internal */
  async start(): Promise<void> {
    this.#poll()
    if (this.#settings.counts !== undefined) {
      const timer = setInterval(() => this.#each((member) => member.flush()), flushInterval).unref()
      this.#endings.push(() => clearInterval(timer))
    }
    await withDeadline(this.#subscribe(), this.#deadline).catch(() => {}) // it goes on trying; until then it polls
  }

  async #subscribe(): Promise<void> {
    const end = await this.#store.subscribe?.(
      ({ name, view }) => this.#adopt(name, view),
      () => this.#each((member) => void member.poll()),
    )
    if (end === undefined) return
    const ending = () => void end().catch(() => {}) // the connection is gone already
    if (this.#hasLeft) ending()
    else this.#endings.push(ending)
  }

  /**
   * Shares a breaker, or all breakers of a registry, also later ones.
   * @returns when it has adopted what the fleet has decided already; after a second at the latest, without the store. Never rejects.
   * @throws TypeError unless it is a breaker or a registry of this copy of `@cb/core`; an Error if it is shared already.
   */
  share(shared: CircuitBreaker | CircuitBreakerRegistry): Promise<void> {
    if (this.#hasLeft) throw new Error('this fleet was left: join it again')
    if (!(shared instanceof CircuitBreakerRegistry)) return this.#add(shared)
    if (this.#registries.has(shared)) throw new Error('this registry is shared already')
    const added = Array.from(shared, (breaker) => this.#add(breaker))
    this.#registries.add(shared)
    this.#endings.push(
      shared.on('created', (breaker) => void this.#add(breaker)),
      shared.on('evicted', (breaker) => this.#remove(breaker)),
    )
    return Promise.all(added).then(() => {})
  }

  #add(breaker: CircuitBreaker): Promise<void> {
    const member = new Member(
      breaker,
      this.#settings,
      (name, onLateReply) =>
        new OperationQueue(
          (operation) => this.#store.run(name, operation),
          { slots: this.#slots, deadline: this.#deadline, context: this.#context },
          onLateReply,
        ),
    )
    this.#members.add(member)
    return withDeadline(member.poll(), this.#deadline).catch(() => {})
  }

  #remove(breaker: CircuitBreaker): void {
    this.#each((member) => {
      if (member.breaker !== breaker) return
      member.leave()
      this.#members.delete(member)
    })
  }

  /**
   * Rejects every call of this breaker in all instances until `resume`, or for a time.
   * @throws TypeError or RangeError naming the option; an Error if the store does not answer: nothing may have happened then.
   */
  async forceOpen(name: string, options?: FleetForceOptions): Promise<void> {
    await this.#force('open', name, options)
  }

  /** Admits every call of this breaker in all instances until `resume`, or for a time. @throws as `forceOpen`. */
  async forceClosed(name: string, options?: FleetForceOptions): Promise<void> {
    await this.#force('closed', name, options)
  }

  async #force(to: 'open' | 'closed', name: string, options: FleetForceOptions = {}): Promise<void> {
    const { note, for: duration } = checkObject('options', options, ['note', 'for'])
    const lasts = duration === undefined ? 0 : Math.ceil(checkNumber('for', duration, milliseconds))
    await this.#operate(name, { ...this.#operator, op: 'override', to, lasts, ...this.#signed(note) })
  }

  /** Ends an override: all instances go on from the state that the fleet was in before. @throws as `forceOpen`. */
  async resume(name: string, options: FleetNoteOptions = {}): Promise<void> {
    const { note } = checkObject('options', options, ['note'])
    await this.#operate(name, { ...this.#operator, op: 'resume', ...this.#signed(note) })
  }

  /** All breakers that the store knows, by name. @throws an Error if the store does not answer. */
  async list(): Promise<FleetEntry[]> {
    const names = await withDeadline(this.#store.names(), this.#deadline)
    const entries: FleetEntry[] = []
    for (const name of names) {
      const reply = await withDeadline(this.#store.run(name, { ...this.#operator, op: 'read' }), this.#deadline)
      const { leased: _, hint: __, votes = {}, leases = {}, ...view } = reply
      const probes = Object.keys(leases).map(holderOf)
      entries.push({
        name,
        ...view,
        votes: Object.keys(votes),
        probes: probes.filter((it) => it !== undefined) as string[],
      })
    }
    return entries
  }

  /** Leaves: the breakers of this process decide alone again. What the fleet has decided stays, but for an override. */
  async leave(): Promise<void> {
    if (this.#hasLeft) return
    this.#hasLeft = true
    clearTimeout(this.#pollTimer)
    for (const end of this.#endings) end()
    this.#each((member) => member.leave())
    this.#members.clear()
  }

  get #operator(): Pick<Operation, 'seen' | 'instance' | 'stay'> {
    return { seen: 0, instance: '', stay: 0 }
  }

  #signed(note: string | undefined): { note: string; by: string } {
    assertOption(note === undefined || typeof note === 'string', 'note', 'a string', note)
    return { note: plainText(note ?? ''), by: this.#settings.instance }
  }

  async #operate(name: string, operation: Operation): Promise<void> {
    assertOption(typeof name === 'string' && name !== '', 'name', 'a non-empty string', name)
    const reply: Reply = await withDeadline(this.#store.run(name, operation), this.#deadline)
    this.#adopt(name, reply)
  }

  #adopt(name: string, view: View): void {
    this.#each((member) => {
      if (member.breaker.name === name) member.adopt(view)
    })
  }

  #each(visit: (member: Member) => void): void {
    for (const member of this.#members) visit(member)
  }

  /** The safety net for messages that were lost. */
  #poll(): void {
    const delay = this.#settings.pollInterval * (0.75 + this.#settings.random() / 2)
    this.#pollTimer = setTimeout(() => {
      this.#each((member) => void member.poll())
      this.#poll()
    }, delay).unref()
  }
}
