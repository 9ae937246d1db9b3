import { Problem } from './problem.ts'

/** Not by `registry.get`, which would create a breaker. @throws Problem unless there is exactly one of this name. */
export function findBreaker<Breaker extends { readonly name: string }>(
  breakers: Iterable<Breaker>,
  name: string | null | undefined,
): Breaker {
  const [found, other] = Array.from(breakers).filter((breaker) => breaker.name === name)
  if (found === undefined) throw new Problem(404, 'There is no breaker of this name.')
  if (other !== undefined) throw new Problem(409, 'There is more than one breaker of this name.')
  return found
}
