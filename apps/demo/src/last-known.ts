/** Answers kept at most; the oldest goes first. */
const mostAnswers = 1_000

/** The latest good answers, for when there is no new one. */
export class LastKnown {
  readonly #answers = new Map<string, { data: unknown; at: number }>()

  keep(key: string, data: unknown): void {
    this.#answers.delete(key)
    this.#answers.set(key, { data, at: performance.now() })
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= mostAnswers) break
      this.#answers.delete(oldest)
    }
  }

  /** The answer and its age in milliseconds; null data if there never was one. */
  recall(key: string): { data: unknown; ageMs: number | null } {
    const answer = this.#answers.get(key)
    return answer === undefined
      ? { data: null, ageMs: null }
      : { data: answer.data, ageMs: performance.now() - answer.at }
  }
}
