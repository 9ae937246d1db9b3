/** The limit of stored responses; the oldest is removed first. */
const maxResponses = 1_000

/** The last successful responses, for fallbacks. */
export class LastKnown {
  readonly #responses = new Map<string, { data: unknown; at: number }>()

  keep(key: string, data: unknown): void {
    this.#responses.delete(key)
    this.#responses.set(key, { data, at: performance.now() })
    for (const oldest of this.#responses.keys()) {
      if (this.#responses.size <= maxResponses) break
      this.#responses.delete(oldest)
    }
  }

  /** The response and its age in milliseconds; `data` is null if there is none. */
  recall(key: string): { data: unknown; ageMs: number | null } {
    const response = this.#responses.get(key)
    return response === undefined
      ? { data: null, ageMs: null }
      : { data: response.data, ageMs: performance.now() - response.at }
  }
}
