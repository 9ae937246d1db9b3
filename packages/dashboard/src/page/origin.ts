import { computed } from '@preact/signals'
import type { Breaker } from './breaker.ts'
import { breakers } from './model.ts'

/** The adapters for HTTP name a breaker after its origin, or begin its name with it. */
const origin = /^https?:\/\/[^\s/?#]+/i

function originOf({ facts }: Breaker): string {
  return origin.exec(facts.value.name)?.[0].toLowerCase() ?? ''
}

/** Breakers by their origin, those without one under an empty string; in the order of the list. */
export function byOrigin(breakers: readonly Breaker[]): [origin: string, breakers: Breaker[]][] {
  const groups = new Map<string, Breaker[]>()
  for (const breaker of breakers) {
    const origin = originOf(breaker)
    const group = groups.get(origin)
    if (group === undefined) groups.set(origin, [breaker])
    else group.push(breaker)
  }
  return [...groups]
}

/** Whether two breakers have the same origin, so that groups say more than the list. */
export const hasGroups = computed(() =>
  byOrigin(breakers.value).some(([origin, { length }]) => origin !== '' && length > 1),
)
