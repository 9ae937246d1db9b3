import { nextTurn } from './next-turn.ts'

/** Measures how long the reader of a body has waited for its next chunk. */
export class IdleTimer {
  readonly #milliseconds: number
  readonly #onIdle: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  /** How often it was stopped. */
  #stops = 0

  /** @param onIdle  called when a wait lasts this long. */
  constructor(milliseconds: number, onIdle: () => void) {
    this.#milliseconds = milliseconds
    this.#onIdle = onIdle
  }

  /**
   * Begins to measure, anew if it was measuring already.
   * @param isWaiting  whether a reader waits and has taken all chunks, where that is not known in advance. It is asked twice, so that
   * the wait has lasted once to twice the time when it ends. Default: a reader waits.
   */
  start(isWaiting?: () => boolean, hasWaited: boolean = isWaiting === undefined): void {
    this.stop()
    const check = () => {
      const waits = isWaiting === undefined || isWaiting()
      if (waits && hasWaited) this.#expire()
      else this.start(isWaiting, waits)
    }
    this.#timer = setTimeout(check, this.#milliseconds)
    // While a body arrives its socket keeps the process alive.
    const timer = this.#timer as { unref?(): void }
    timer.unref?.()
  }

  /** After a pause of the process the timer ends before the chunks that have arrived meanwhile are delivered. */
  #expire(): void {
    const stops = this.#stops
    nextTurn(() => stops === this.#stops && this.#onIdle())
  }

  stop(): void {
    this.#stops++
    clearTimeout(this.#timer)
  }
}
