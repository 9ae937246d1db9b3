import { checkObject, format } from '@cb/checks'
import type { CircuitBreaker, StateName } from '@cb/core'
import { isBreaker } from './check-breakers.ts'

/** A breaker's name, or a group of names one of which is enough. */
export type Critical = string | { readonly anyOf: readonly string[] }

/** `unknown`: no breaker has, or had, the name. */
interface NamedState {
  readonly name: string
  readonly state: StateName | 'unknown'
}

export interface Readiness {
  readonly ready: boolean
  /** Why the option itself makes readiness fail. */
  readonly reason: string | undefined
  /** In the order of the option. */
  readonly critical: readonly (NamedState | { readonly anyOf: readonly NamedState[] })[]
}

/** The breakers without which a process can't do its work. */
export class CriticalBreakers {
  readonly #entries: readonly Critical[]
  /** A registry evicts only closed breakers, so a name that had a breaker counts as closed. */
  readonly #seen = new Set<string>()

  constructor(entries: readonly Critical[]) {
    this.#entries = entries
  }

  check(breakers: Iterable<CircuitBreaker>): Readiness {
    const states = this.#statesIn(breakers)
    const of = (name: string): NamedState[] => states.get(name) ?? []
    const isOut = (name: string): boolean => of(name).some(({ state }) => state === 'open')
    const isEntryOut = (entry: Critical) => (typeof entry === 'string' ? isOut(entry) : entry.anyOf.every(isOut))
    const unknown = [...states.keys()].filter((name) => of(name).some(({ state }) => state === 'unknown'))
    return {
      ready: unknown.length === 0 && !this.#entries.some(isEntryOut),
      reason: unknown.length === 0 ? undefined : `no breaker has the critical name ${unknown.map(format).join(', ')}`,
      critical: this.#entries.flatMap((entry): Readiness['critical'] =>
        typeof entry === 'string' ? of(entry) : [{ anyOf: entry.anyOf.flatMap(of) }],
      ),
    }
  }

  /** By name; at least one state for each. */
  #statesIn(breakers: Iterable<CircuitBreaker>): Map<string, NamedState[]> {
    const names = this.#entries.flatMap((entry) => (typeof entry === 'string' ? [entry] : entry.anyOf))
    const states = new Map(names.map((name): [string, NamedState[]] => [name, []]))
    if (states.size === 0) return states
    for (const breaker of breakers) states.get(breaker.name)?.push({ name: breaker.name, state: breaker.state })
    for (const [name, found] of states) {
      if (found.length > 0) this.#seen.add(name)
      else found.push({ name, state: this.#seen.has(name) ? 'closed' : 'unknown' })
    }
    return states
  }
}

/** @throws TypeError naming what is neither a name nor a group, and what was meant. */
export function parseCritical(value: unknown): readonly Critical[] {
  return checkList('critical', value, isCritical).map((entry, index) => {
    if (typeof entry === 'string') return entry
    const { anyOf } = checkObject(`critical[${index}]`, entry, ['anyOf'])
    const names = checkList(`critical[${index}].anyOf`, anyOf, isName)
    if (names.length === 0)
      throw new TypeError(`critical[${index}].anyOf must have a name: an empty group is always out`)
    return { anyOf: names }
  })
}

function checkList<T>(option: string, value: unknown, isEntry: (entry: unknown) => entry is T): readonly T[] {
  if (Array.isArray(value) && value.every(isEntry)) return value
  const got = Array.isArray(value) ? `an array with ${describe(value.find((it) => !isEntry(it)))}` : describe(value)
  throw new TypeError(`${option} must be an array of breakers' names, got ${got}`)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isCritical(value: unknown): value is Critical {
  return isName(value) || (typeof value === 'object' && value !== null && Object.hasOwn(value, 'anyOf'))
}

function describe(value: unknown): string {
  const { breaker } = Object(value) as { breaker?: unknown } // of a guard
  const meant = [value, breaker].find(isBreaker)
  if (meant !== undefined) {
    return `a ${meant === value ? 'CircuitBreaker' : 'guard'}; use the name of the breaker, ${format(meant.name)}`
  }
  return typeof value === 'object' && value !== null ? `${format(value)}; a group is { anyOf: [names] }` : format(value)
}
