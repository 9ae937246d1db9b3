/** Future events, the earliest first: a binary heap. @template T */
export class Agenda {
  /** @type {{ at: number, what: T }[]} */
  #heap = []

  get size() {
    return this.#heap.length
  }

  /** @param {number} at @param {T} what */
  add(at, what) {
    const heap = this.#heap
    const entry = { at, what }
    let place = heap.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (above === undefined || above.at <= at) break
      heap[place] = above
      place = parent
    }
    heap[place] = entry
  }

  /** Takes out the earliest entry that is due by then. @param {number} until */
  next(until) {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.at > until) return undefined
    const last = heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  /** Puts an entry in the place of the first. @param {{ at: number, what: T }} entry */
  #sink(entry) {
    const heap = this.#heap
    let place = 0
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      if (left === undefined) break
      const useRight = right !== undefined && right.at < left.at
      const child = useRight ? right : left
      if (child.at >= entry.at) break
      heap[place] = child
      place = 2 * place + (useRight ? 2 : 1)
    }
    heap[place] = entry
  }
}
