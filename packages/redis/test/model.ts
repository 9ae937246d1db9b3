import type { FleetState, Operation, Reply, View } from '../src/protocol.ts'
import type { Step } from '../src/step.ts'

/**
 * A world of processes, a network and a store, small enough to visit all of its states. The store runs the `step` that is given. Times
 * are ticks from now, epochs are ranks, so the same situation is the same state whenever it comes about.
 */
export type StepFunction = (before: FleetState | null, operation: Operation, now: number) => Step

export interface Bounds {
  readonly processes: number
  readonly quorum: number
  /** `maxConcurrent` of the fleet. */
  readonly limit: number
  readonly successesNeeded: number
  /** How often each may happen. */
  readonly crashes: number
  readonly losses: number
  readonly doubles: number
  readonly forgets: number
  readonly overrides: number
  /** Ticks between two calls; 0 for steady traffic. */
  readonly callEvery: number
}

interface Lease {
  token: string
  epoch: number
  ends: number
}

interface Process {
  seen: number
  state: 'closed' | 'open' | 'half-open'
  forced: boolean
  /** It has tripped, and the fleet has not: it is open for itself, and recovers by itself. */
  own: boolean
  due: number
  kept: (Lease & { keptFor: number }) | null
  probes: Lease[]
  request: { operation: Operation; ends: number } | null
  inbox: View | null
}

interface Served {
  operation: Operation
  ends: number
  reply: Reply
}

export interface World {
  store: FleetState | null
  processes: Process[]
  sinceCall: number
  crashes: number
  losses: number
  doubles: number
  forgets: number
  overrides: number
}

export interface Edge {
  readonly name: string
  readonly world: World
  /** Something goes wrong: recovery must not depend on it. */
  readonly isFault: boolean
  /** The process whose user calls; others are idle as far as this edge goes. */
  readonly caller?: number
}

export const now = 1_000
export const openFor = 1
export const leaseFor = 2

const fresh = (): Process => ({
  ...{ seen: 0, state: 'closed', forced: false, own: false, due: 0 },
  ...{ kept: null, probes: [], request: null, inbox: null },
})

export function firstWorld({ processes, crashes, losses, doubles, forgets, overrides }: Bounds): World {
  return {
    ...{ store: null, processes: Array.from({ length: processes }, fresh), sinceCall: 0 },
    ...{ crashes, losses, doubles, forgets, overrides },
  }
}

/** All that can happen next. @param check  is told of each operation that the store runs. */
export function edgesOf(
  world: World,
  bounds: Bounds,
  step: StepFunction,
  check: (before: World, operation: Operation, after: Step) => void,
): Edge[] {
  const edges: Edge[] = []
  const add = (name: string, change: (next: World) => void, more: { isFault?: boolean; caller?: number } = {}) => {
    const next = structuredCloneFast(world)
    change(next)
    edges.push({ name, world: canonical(next), isFault: false, ...more })
  }
  const canCall = world.sinceCall >= bounds.callEvery
  for (const [index, process] of world.processes.entries()) {
    const of = (next: World) => next.processes[index] as Process
    const sender = { seen: process.seen, instance: `p${index}`, stay: 0 }
    const send = (next: World, operation: Operation, ends = 0) => {
      of(next).request = { operation, ends }
    }
    const isFree = process.request === null
    const caller = index
    const mayProbe = !process.own && (process.state === 'half-open' || (process.state === 'open' && process.due === 0))

    const run = (next: World, { operation, ends }: NonNullable<Process['request']>) => {
      const result = step(world.store, operation, now)
      check(world, operation, result)
      next.store = result.state
      if (result.isNews) for (const other of next.processes) if (other !== of(next)) other.inbox = result.reply
      return { operation, ends, reply: result.reply }
    }

    if (isFree && process.state === 'closed' && !process.forced && canCall)
      add(
        `p${index} trips`,
        (next) => {
          Object.assign(of(next), { state: 'open', own: true, due: openFor })
          send(next, {
            ...sender,
            op: 'trip',
            quorum: bounds.quorum,
            voteFor: 2,
            openFor,
            attempt: 1,
            until: 0,
            note: '',
          })
          next.sinceCall = 0
        },
        { isFault: true },
      )
    if (process.own && process.due === 0)
      add(`p${index} recovers by itself`, (next) => Object.assign(of(next), { state: 'closed', own: false }))
    if (isFree && mayProbe && !process.forced && process.kept === null && canCall)
      add(
        `p${index} asks`,
        (next) => {
          const token = unusedToken(world, index)
          send(next, { ...sender, op: 'lease', token, limit: bounds.limit, leaseFor, attempt: 1 }, leaseFor)
          next.sinceCall = 0
        },
        { caller },
      )
    if (process.kept !== null && mayProbe && process.probes.length < 2 && canCall)
      add(
        `p${index} probes`,
        (next) => {
          const { token, epoch, ends } = process.kept as Lease
          of(next).probes.push({ token, epoch, ends })
          of(next).kept = null
          next.sinceCall = 0
        },
        { caller },
      )
    if (bounds.callEvery > 0 && isFree && process.kept !== null && process.kept.ends < leaseFor)
      add(`p${index} renews`, (next) => {
        const { token } = process.kept as Lease
        send(next, { ...sender, op: 'renew', token, leaseFor }, leaseFor)
      })
    if (isFree)
      add(`p${index} polls`, (next) =>
        adopt(of(next), run(next, { operation: { ...sender, op: 'read' }, ends: 0 }).reply),
      )
    for (const [at, probe] of process.probes.entries())
      for (const outcome of ['success', 'failure', 'ignored'] as const)
        if (isFree)
          add(
            `p${index} reports ${outcome}`,
            (next) => {
              of(next).probes.splice(at, 1)
              const { successesNeeded } = bounds
              const limits = { successesNeeded, failuresTolerated: 0, openFor }
              send(next, { ...sender, seen: probe.epoch, op: 'report', token: probe.token, outcome, ...limits })
            },
            { isFault: outcome !== 'success' },
          )

    const { request, inbox } = process
    if (request !== null) {
      add(`p${index}'s ${request.operation.op} is served`, (next) => {
        of(next).request = null
        receive(of(next), run(next, request))
      })
      if (world.losses > 0)
        add(
          `p${index}'s ${request.operation.op} is served, and the reply is lost`,
          (next) => {
            of(next).request = null
            run(next, request)
            next.losses--
          },
          { isFault: true },
        )
      if (world.doubles > 0)
        add(
          `p${index}'s ${request.operation.op} is served, and will be again`,
          (next) => {
            run(next, request)
            next.doubles--
          },
          { isFault: true },
        )
    }
    if (inbox !== null)
      add(`p${index} hears the news`, (next) => {
        of(next).inbox = null
        adopt(of(next), inbox)
      })
    if (world.losses > 0 && !(isFree && inbox === null))
      add(
        `p${index} loses its connection`,
        (next) => {
          Object.assign(of(next), { request: null, inbox: null })
          next.losses--
        },
        { isFault: true },
      )
    if (world.crashes > 0)
      add(
        `p${index} crashes`,
        (next) => {
          next.processes[index] = fresh()
          next.crashes--
        },
        { isFault: true },
      )
    if (world.overrides > 0 && isFree)
      add(
        `p${index} overrides`,
        (next) => {
          send(next, { ...sender, op: 'override', to: 'open', lasts: 2, note: '', by: '' })
          next.overrides--
        },
        { isFault: true },
      )
  }
  if (world.forgets > 0 && world.store !== null)
    add(
      'the store forgets',
      (next) => {
        next.store = null
        next.forgets--
      },
      { isFault: true },
    )
  add('time passes', tick)
  return edges
}

/** Tokens are never used twice; the smallest one that nobody knows any more keeps the worlds few. */
function unusedToken(world: World, index: number): string {
  const known = JSON.stringify(world)
  for (let serial = 0; ; serial++) if (!known.includes(`p${index}.${serial}"`)) return `p${index}.${serial}`
}

function receive(process: Process, { operation, ends, reply }: Served): void {
  adopt(process, reply)
  const isCurrent = reply.leased && ends > 0 && reply.epoch === process.seen
  if (operation.op === 'lease' && isCurrent)
    process.kept = { token: operation.token, epoch: reply.epoch, ends, keptFor: 0 }
  if (operation.op === 'renew' && process.kept?.token === operation.token) {
    if (isCurrent) process.kept.ends = ends
    else process.kept = null
  }
}

/** As a member does: only what is newer. */
function adopt(process: Process, view: View): void {
  process.forced &&= view.override !== null
  if (view.epoch <= process.seen) return
  process.seen = view.epoch
  process.forced = view.override !== null
  process.state = view.state
  process.own = false
  process.due = view.remaining
  process.probes = [] // they are late, and not reported
  if (process.kept?.epoch !== view.epoch) process.kept = null
}

function tick(world: World): void {
  world.sinceCall++
  const older = (ends: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(ends).map(([key, end]) => [key, end - 1]))
  if (world.store !== null) {
    const { store } = world
    world.store = { ...store, until: store.until - 1, votes: older(store.votes), leases: older(store.leases) }
    const { override } = store
    if (override !== null) world.store = { ...world.store, override: { ...override, until: override.until - 1 } }
  }
  for (const process of world.processes) {
    process.due--
    for (const lease of [...process.probes, process.kept, process.request]) if (lease !== null) lease.ends--
    process.probes = process.probes.filter(({ ends }) => ends > 0) // late ones are not reported
    if (process.kept !== null) process.kept.keptFor++
    if (process.kept !== null && (process.kept.ends <= 0 || process.kept.keptFor > 4)) process.kept = null
  }
}

/** The same situation, with the smallest numbers that tell it. */
function canonical(world: World): World {
  const epochs = new Set([0])
  visitEpochs(world, (epoch) => {
    epochs.add(epoch)
    return epoch
  })
  const ranks = new Map([...epochs].sort((a, b) => a - b).map((epoch, rank) => [epoch, rank]))
  visitEpochs(world, (epoch) => ranks.get(epoch) as number)
  world.sinceCall = Math.min(world.sinceCall, 5)
  for (const process of world.processes) {
    process.due = Math.max(0, process.due)
    for (const lease of [...process.probes, process.request]) if (lease !== null) lease.ends = Math.max(0, lease.ends)
    process.probes.sort((a, b) => (a.token < b.token ? -1 : 1))
    if (process.inbox !== null && process.inbox.epoch <= process.seen) process.inbox = null
    // What only describes is left out.
    if (process.inbox !== null) process.inbox = { ...process.inbox, attempt: 0, reason: '', by: '', members: 0 }
  }
  if (world.store !== null) {
    const alive = (ends: Readonly<Record<string, number>>) =>
      Object.fromEntries(
        Object.entries(ends)
          .map(([key, end]) => [key, Math.max(now, end)])
          .sort(),
      )
    const { store } = world
    const until = Math.max(store.until, now)
    world.store = {
      ...store,
      until,
      votes: alive(store.votes),
      leases: alive(store.leases),
      members: {},
      attempt: 0,
      reason: '',
      by: '',
    }
    if (store.override !== null && store.override.until <= now) world.store = { ...world.store, override: null }
  }
  return world
}

function visitEpochs(world: World, visit: (epoch: number) => number): void {
  if (world.store !== null) world.store = { ...world.store, epoch: visit(world.store.epoch) }
  for (const process of world.processes) {
    process.seen = visit(process.seen)
    if (process.inbox !== null) process.inbox = { ...process.inbox, epoch: visit(process.inbox.epoch) }
    for (const lease of process.probes) lease.epoch = visit(lease.epoch)
    if (process.kept !== null) process.kept.epoch = visit(process.kept.epoch)
    const { request } = process
    if (request !== null) request.operation = { ...request.operation, seen: visit(request.operation.seen) }
  }
}

/** What a change may touch is copied; operations, replies and the store are never changed in place. */
function structuredCloneFast(world: World): World {
  return {
    ...world,
    processes: world.processes.map((process) => ({
      ...process,
      kept: process.kept && { ...process.kept },
      probes: process.probes.map((probe) => ({ ...probe })),
      request: process.request && { ...process.request },
    })),
  }
}
