import { batch, computed, signal } from '@preact/signals'
import type { Counts, DeltaFrame, Frame, Head, SnapshotFrame } from '../wire.ts'
import { announceChanges } from './announcements.ts'
import { Breaker } from './breaker.ts'
import { changeFleet, fleetPart, replaceFleet } from './fleet.ts'
import { align } from './time.ts'

/** The breakers of the process, in the order of their names. */
export const breakers = signal<readonly Breaker[]>([])
export const process = signal<Pick<SnapshotFrame, 'host' | 'pid' | 'controls' | 'recordedSince'> | undefined>(undefined)

/** When this page got its first snapshot, by the clock of the server: its charts begin there. */
export const openedAt = signal(0)
/** When something changed last. */
export const changedAt = signal(0)

export const tally = computed(() => {
  const tally = { open: 0, halfOpen: 0, closed: 0, forced: 0 }
  for (const { facts } of breakers.value) {
    const { state, override } = facts.value
    if (state === 1) tally.open++
    else if (state === 2) tally.halfOpen++
    else tally.closed++
    if (override !== null) tally.forced++
  }
  return tally
})

const byId = new Map<number, Breaker>()

export function findByName(name: string): Breaker | undefined {
  return breakers.value.find(({ facts }) => facts.value.name === name)
}

export function apply(frame: Frame): void {
  align(frame.now)
  batch(() => {
    if (frame.type === 'snapshot') replaceAll(frame)
    else change(frame)
    changedAt.value = frame.now
  })
}

function replaceAll({ heads, counts, steps, host, pid, controls, recordedSince, fleet, now }: SnapshotFrame): void {
  if (openedAt.value === 0) openedAt.value = now
  process.value = { host, pid, controls, recordedSince }
  replaceFleet(fleet)
  // By name: a server that was restarted numbers them anew.
  const known = new Map([...byId.values()].map((breaker) => [breaker.facts.value.name, breaker]))
  byId.clear()
  for (const [index, head] of heads.entries()) put(head, counts[index] as Counts, now, known.get(head[1]))
  for (const breaker of byId.values()) breaker.steps.value = []
  for (const step of steps) byId.get(step[0])?.step(step)
  sort()
}

function put(head: Head, counts: Counts, now: number, known: Breaker | undefined): void {
  if (known === undefined) byId.set(head[0], new Breaker(head, counts, now))
  else {
    byId.set(head[0], known)
    known.head.value = head
    known.count(counts, now)
  }
}

function change({ heads, counts, steps, removed, fleet, now }: DeltaFrame): void {
  const countsOf = new Map(counts.map((it) => [it[0], it]))
  const added = heads.filter(([id]) => !byId.has(id))
  announceChanges(heads.filter((head) => byId.has(head[0]) && byId.get(head[0])?.head.peek()[2] !== head[2]))
  for (const head of heads) {
    const known = byId.get(head[0])
    if (known === undefined) put(head, countsOf.get(head[0]) as Counts, now, undefined)
    else known.head.value = head
  }
  for (const count of counts) byId.get(count[0])?.count(count, now)
  for (const step of steps) byId.get(step[0])?.step(step)
  for (const id of removed) byId.delete(id)
  if (fleet !== undefined) changeFleet(fleet)
  if (added.length + removed.length > 0) sort()
}

const order = new Intl.Collator(undefined, { numeric: true })

function sort(): void {
  breakers.value = [...byId.values()].sort((a, b) => order.compare(a.facts.peek().name, b.facts.peek().name))
}

/** What another tab needs to begin with. */
export function toSnapshot(now: number): SnapshotFrame | undefined {
  if (process.value === undefined) return undefined
  const all = [...byId.values()]
  return {
    type: 'snapshot',
    now,
    ...process.value,
    fleet: fleetPart(),
    heads: all.map(({ head }) => head.value),
    counts: all.map(({ counts }) => counts.value),
    steps: all.flatMap(({ steps }) => steps.value),
  }
}
