/** A dependency whose first calls fail. */
export interface Dependency {
  readonly call: () => Promise<string>
  /** When each attempt reached it, by `performance.now`. */
  readonly attemptsAt: readonly number[]
}

export function failing(times: number): Dependency {
  const attemptsAt: number[] = []
  return {
    attemptsAt,
    call: async () => {
      attemptsAt.push(performance.now())
      if (attemptsAt.length <= times) throw new Error('down')
      return 'up'
    },
  }
}
