import { checkNumber, format } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { checkRequest } from '@cb/operator-http'
import { readQuery } from './query.ts'
import { type BreakerSummary, summarize } from './summary.ts'

/** One page of the list of breakers. */
export interface BreakerList {
  readonly breakers: BreakerSummary[]
  /** The number of breakers in that state. */
  readonly total: number
  /** The `offset` of the next page; null at the end. */
  readonly next: number | null
}

const maxPageSize = 1_000
const states = ['closed', 'open', 'half-open']

/** Sorted by name, because a registry's own order changes with use. */
export function list(breakers: Iterable<CircuitBreaker>, search: string): BreakerList {
  const { state, offset, limit } = checkRequest(() => parseQuery(search))
  const all = Array.from(breakers).filter((breaker) => state === undefined || breaker.state === state)
  all.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  const page = summarize(all.slice(offset), limit)
  return { breakers: page.breakers, total: all.length, next: page.truncated ? offset + page.breakers.length : null }
}

function parseQuery(search: string): { state: string | undefined; offset: number; limit: number } {
  const { state, offset = '0', limit = '100' } = readQuery(search, ['state', 'offset', 'limit'])
  if (state !== undefined && !states.includes(state)) {
    throw new TypeError(`state must be ${states.join(' or ')}, got ${format(state)}`)
  }
  return {
    state,
    offset: checkNumber('offset', Number(offset), { min: 0, integer: true }),
    limit: checkNumber('limit', Number(limit), { min: 1, max: maxPageSize, integer: true }),
  }
}
