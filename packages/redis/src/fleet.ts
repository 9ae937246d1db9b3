import { AsyncResource } from 'node:async_hooks'
import { assertOption, checkNumber, checkObject, milliseconds } from '@cb/checks'
import { type CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { CheckedStore, type FleetEntry, operator } from './checked-store.ts'
import { withDeadline } from './deadline.ts'
import { Member, plainText } from './member.ts'
import { OperationQueue, Slots } from './operation-queue.ts'
import { type FleetOptions, parseFleet } from './options.ts'
import type { Operation, View } from './protocol.ts'
import { isMessage } from './received.ts'
import type { FleetSettings } from './settings.ts'
import type { FleetStore } from './store.ts'

/** Operations in flight of one fleet in one process. */
const mostInFlight = 16

/** Breakers are polled in so many parts, spread over the interval: all at once would wait for each other. */
const pollParts = 10

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
  readonly #checked: CheckedStore
  readonly #settings: FleetSettings
  readonly #deadline: number
  readonly #context = new AsyncResource('cb.fleet')
  readonly #slots = new Slots(mostInFlight)
  /** With the one of `pollParts` in which it is polled. */
  readonly #members = new Map<Member, number>()
  #added = 0
  readonly #registries = new Set<CircuitBreakerRegistry>()
  readonly #endings: (() => void)[] = []
  #pollTimer: NodeJS.Timeout | undefined
  #hasLeft = false

  /** @internal */
  constructor(store: FleetStore, settings: FleetSettings, deadline: number) {
    this.#store = store
    this.#checked = new CheckedStore(store, deadline)
    this.#settings = settings
    this.#deadline = deadline
  }

  /** @internal */
  async start(): Promise<void> {
    this.#poll(0)
    if (this.#settings.counts !== undefined) {
      const timer = setInterval(() => this.#each((member) => member.flush()), flushInterval).unref()
      this.#endings.push(() => clearInterval(timer))
    }
    await withDeadline(this.#subscribe(), this.#deadline).catch(() => {}) // it goes on trying; until then it polls
  }

  async #subscribe(): Promise<void> {
    const end = await this.#store.subscribe?.(
      (message) => {
        if (isMessage(message)) this.#adopt(message.name, message.view)
      },
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
    const added = this.#addAll(Array.from(shared).filter((breaker) => !this.#has(breaker)))
    this.#registries.add(shared)
    this.#endings.push(
      shared.on('created', (breaker) => void (this.#has(breaker) || this.#add(breaker))),
      shared.on('evicted', (breaker) => this.#remove(breaker)),
    )
    return Promise.all(added).then(() => {})
  }

  /** All or none. */
  #addAll(breakers: readonly CircuitBreaker[]): Promise<void>[] {
    const added: Promise<void>[] = []
    try {
      for (const breaker of breakers) added.push(this.#add(breaker))
      return added
    } catch (error) {
      for (const breaker of breakers.slice(0, added.length)) this.#remove(breaker)
      throw error
    }
  }

  #has(breaker: CircuitBreaker): boolean {
    return Array.from(this.#members.keys()).some((member) => member.breaker === breaker)
  }

  #add(breaker: CircuitBreaker): Promise<void> {
    const member = new Member(
      breaker,
      this.#settings,
      (name, onLateReply) =>
        new OperationQueue(
          (operation) => this.#checked.run(name, operation),
          { slots: this.#slots, deadline: this.#deadline, context: this.#context },
          onLateReply,
        ),
    )
    this.#members.set(member, this.#added++ % pollParts)
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
    await this.#operate(name, { ...operator, op: 'override', to, lasts, ...this.#signed(note) })
  }

  /** Ends an override: all instances go on from the state that the fleet was in before. @throws as `forceOpen`. */
  async resume(name: string, options: FleetNoteOptions = {}): Promise<void> {
    const { note } = checkObject('options', options, ['note'])
    await this.#operate(name, { ...operator, op: 'resume', ...this.#signed(note) })
  }

  /** All breakers that the store knows, by name; one whose state can't be read is left out, and logged once. @throws an Error if the store does not answer. */
  async list(): Promise<FleetEntry[]> {
    return await this.#checked.list()
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

  #signed(note: string | undefined): { note: string; by: string } {
    assertOption(note === undefined || typeof note === 'string', 'note', 'a string', note)
    return { note: plainText(note ?? ''), by: this.#settings.instance }
  }

  async #operate(name: string, operation: Operation): Promise<void> {
    assertOption(typeof name === 'string' && name !== '', 'name', 'a non-empty string', name)
    const reply = await withDeadline(this.#checked.run(name, { ...operation, seen: this.#seen }), this.#deadline)
    this.#adopt(name, reply)
  }

  /** The newest epoch of all breakers: all are of the clock of one store, which may have forgotten it. */
  get #seen(): number {
    return Math.max(0, ...Array.from(this.#members.keys(), ({ view }) => view?.epoch ?? 0))
  }

  #adopt(name: string, view: View): void {
    this.#each((member) => {
      if (member.breaker.name === name) member.adopt(view)
    })
  }

  #each(visit: (member: Member) => void): void {
    for (const member of this.#members.keys()) visit(member)
  }

  /** The safety net for messages that were lost. */
  #poll(part: number): void {
    const delay = (this.#settings.pollInterval * (0.75 + this.#settings.random() / 2)) / pollParts
    this.#pollTimer = setTimeout(() => {
      for (const [member, its] of this.#members) if (its === part) void member.poll()
      this.#poll((part + 1) % pollParts)
    }, delay).unref()
  }
}
