/** The properties of an error, which may be of any type. */
export type Traits = Readonly<Record<string, unknown>>

/** Causes may form a circle, and each costs a look. */
const deepest = 8

/**
 * Asks about an error and then about its causes, the nearest first.
 * @param find  is also given the depth, 0 for the error itself; it returns undefined to go on.
 * @returns the first answer; undefined if there is none, or if a getter throws.
 */
export function findInCauses<Found>(
  error: unknown,
  find: (error: Traits, depth: number) => Found | undefined,
): Found | undefined {
  try {
    let current = error
    for (let depth = 0; depth <= deepest && typeof current === 'object' && current !== null; depth++) {
      const found = find(current as Traits, depth)
      if (found !== undefined) return found
      current = (current as Traits)['cause']
    }
  } catch {
    // A getter of the error threw.
  }
  return undefined
}

/** What the server asked for: the first `retryAfterMs` above 0 among an error and its causes, in milliseconds. */
export function retryAfterOf(error: unknown): number | undefined {
  return findInCauses(error, ({ retryAfterMs }) =>
    typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : undefined,
  )
}
