import { isDeepStrictEqual } from 'node:util'
import type { FleetState, Operation } from '../src/protocol.ts'
import type { Step } from '../src/step.ts'
import { type Bounds, edgesOf, firstWorld, now, type StepFunction, type World } from './model.ts'

export interface Exploration {
  readonly states: number
  readonly edges: number
  /** What went wrong, and the way there; undefined if nothing did. */
  readonly violation: string | undefined
}

/** Visits every state, breadth first, up to the first violation. */
export function explore(bounds: Bounds, step: StepFunction): Exploration {
  const start = firstWorld(bounds)
  const worlds: World[] = [start]
  const numbers = new Map([[JSON.stringify(start), 0]])
  const cameFrom: { parent: number; name: string }[] = [{ parent: -1, name: 'the start' }]
  /** Backwards, along edges that need no fault: with all callers, and with one alone. */
  const back: { any: number[][]; one: number[][] } = { any: [[]], one: [[]] }
  let violation: string | undefined
  let edges = 0
  const trace = (at: number) => {
    const names: string[] = []
    for (let index = at; index > 0; index = cameFrom[index]?.parent as number)
      names.unshift(cameFrom[index]?.name as string)
    return names.join('\n  ')
  }
  for (let index = 0; index < worlds.length && violation === undefined; index++) {
    const world = worlds[index] as World
    const check = (before: World, operation: Operation, after: Step) => {
      const problem = broken(before.store, operation, after, step, bounds)
      if (problem) violation ??= `${problem}: ${JSON.stringify(operation)}\n  ${trace(index)}`
    }
    for (const edge of edgesOf(world, bounds, step, check)) {
      edges++
      const key = JSON.stringify(edge.world)
      let number = numbers.get(key)
      if (number === undefined) {
        number = worlds.length
        numbers.set(key, number)
        worlds.push(edge.world)
        cameFrom.push({ parent: index, name: edge.name })
        back.any.push([])
        back.one.push([])
        if (inFlight(edge.world) > bounds.limit) violation ??= `more probes than the limit\n  ${trace(number)}`
      }
      if (!edge.isFault) back.any[number]?.push(index)
      if (!edge.isFault && (edge.caller ?? 0) === 0) back.one[number]?.push(index)
    }
  }
  const recovered = worlds.flatMap((world, index) => (isClosed(world) ? [index] : []))
  for (const callers of ['any', 'one'] as const) {
    if (violation !== undefined) break
    const stuck = worlds.findIndex((_, index) => !reach(back[callers], recovered).has(index))
    if (stuck >= 0) violation = `closed is out of reach with ${callers} caller\n  ${trace(stuck)}`
  }
  return { states: worlds.length, edges, violation }
}

const reached = new WeakMap<number[][], Set<number>>()

function reach(back: number[][], targets: number[]): Set<number> {
  const known = reached.get(back)
  if (known !== undefined) return known
  const seen = new Set(targets)
  for (const target of seen) for (const source of back[target] as number[]) seen.add(source)
  reached.set(back, seen)
  return seen
}

function isClosed({ store, processes }: World): boolean {
  return (
    (store?.state ?? 'closed') === 'closed' && processes.every(({ state, forced }) => state === 'closed' && !forced)
  )
}

/** Probes of the current epoch whose lease lasts. */
function inFlight({ store, processes }: World): number {
  return processes.flatMap(({ probes }) => probes).filter(({ epoch, ends }) => epoch === store?.epoch && ends > 0)
    .length
}

/** The rules that hold for every operation that a store runs. */
function broken(
  store: FleetState | null,
  operation: Operation,
  { state, reply, isNews }: Step,
  step: StepFunction,
  { limit }: Bounds,
): string | undefined {
  const untouched = step(store, { op: 'read', seen: 0, instance: operation.instance, stay: operation.stay }, now).state
  const epoch = store?.epoch ?? 0
  const { op, seen } = operation
  const alive = (leases: Readonly<Record<string, number>>) =>
    Object.keys(leases).filter((token) => (leases[token] as number) > now)
  const isSame = isDeepStrictEqual(state, untouched)
  const isOutcome = op === 'trip' || op === 'report' || op === 'flush'
  const token = 'token' in operation ? operation.token : ''
  const heldBefore = alive(store?.leases ?? {})
  if (alive(state.leases).length > limit) return 'more leases than the limit'
  if (isOutcome && seen < epoch && !isSame) return 'an outcome of an earlier epoch changes something'
  if (op === 'report' && !heldBefore.includes(token) && !isSame)
    return 'a report without a live lease changes something'
  if (op === 'report' && operation.outcome === 'ignored') {
    const left = heldBefore.filter((other) => other !== token || seen !== epoch)
    if (!isDeepStrictEqual(alive(state.leases), left)) return 'a neutral report changes another lease'
    if (!isDeepStrictEqual({ ...state, leases: {} }, { ...untouched, leases: {} })) return 'a neutral report has a vote'
  }
  if (op === 'report' && !isNews && heldBefore.includes(token) && seen === epoch && alive(state.leases).includes(token))
    return 'a report keeps its lease'
  if (isNews && state.epoch <= Math.max(epoch, seen)) return 'an epoch repeats'
  if (!isNews && state.state !== untouched.state) return 'a transition without an epoch'
  if (untouched.state === 'half-open' && state.state !== 'half-open' && op !== 'report')
    return `half-open is ended by ${op}`
  if (op === 'read' && !isSame) return 'a read changes something'
  if (reply.leased && state.leases[token] === undefined) return 'a lease is granted that the store does not know'
  return undefined
}
