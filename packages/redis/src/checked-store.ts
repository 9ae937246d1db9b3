import { format, warnOnce } from '@cb/checks'
import { withDeadline } from './deadline.ts'
import { holderOf } from './lease-token.ts'
import type { Operation, Reply, View } from './protocol.ts'
import { problemOf } from './received.ts'
import type { FleetStore } from './store.ts'

/** A breaker of the fleet, as the store knows it. */
export interface FleetEntry extends View {
  readonly name: string
  /** The instances that have tripped, while their votes are too few to open the fleet. */
  readonly votes: readonly string[]
  /** The instances that may probe, once for each lease. */
  readonly probes: readonly string[]
}

/** What an operation of an operator says of its sender. */
export const operator: Pick<Operation, 'seen' | 'instance' | 'stay'> = { seen: 0, instance: '', stay: 0 }

/** Breakers whose state could not be read are logged up to this number. */
const mostTold = 100

/** A store may hold anything that another version, or somebody else, has written there: no reply passes that is none. */
export class CheckedStore {
  readonly #store: FleetStore
  readonly #deadline: number
  /** Breakers whose state could not be read: each is logged once. */
  readonly #told = new Set<string>()

  constructor(store: FleetStore, deadline: number) {
    this.#store = store
    this.#deadline = deadline
  }

  async run(name: string, operation: Operation): Promise<Reply> {
    const reply = await this.#store.run(name, operation)
    const problem = problemOf(reply)
    if (problem === undefined) return reply
    const error = new Error(`the store has no readable state: ${problem}`)
    this.#tell(name, error)
    throw error
  }

  async list(): Promise<FleetEntry[]> {
    const names = await withDeadline(this.#store.names(), this.#deadline)
    const entries: FleetEntry[] = []
    const unreadable: [name: string, error: unknown][] = []
    for (const name of names) {
      const answer = this.run(name, { ...operator, op: 'read' })
      const reply = await withDeadline(
        answer.catch((error) => void unreadable.push([name, error])),
        this.#deadline,
      )
      if (reply) entries.push(toEntry(name, reply))
    }
    if (unreadable.length > 0) {
      if (entries.length === 0) throw unreadable[0]?.[1]
      await withDeadline(this.#store.names(), this.#deadline) // rejects if it is the store that is away
      for (const [name, error] of unreadable) this.#tell(name, error)
    }
    return entries
  }

  #tell(name: string, error: unknown): void {
    if (this.#told.has(name) || this.#told.size >= mostTold) return
    this.#told.add(name)
    const why = error instanceof Error ? error.message : 'the store rejects'
    warnOnce('@cb/redis', {}, `breaker ${format(name)} can not be shared: ${why}`)
  }
}

function toEntry(name: string, { now: _, leased: __, hint: ___, votes = {}, leases = {}, ...view }: Reply): FleetEntry {
  const probes = Object.keys(leases).map(holderOf)
  return { name, ...view, votes: Object.keys(votes), probes: probes.filter((it) => it !== undefined) }
}
