import FakeTimers from '@sinonjs/fake-timers'

const realImmediate = setImmediate

/** Runs everything that waits for promises only. @returns {Promise<void>} */
export function turn() {
  return new Promise((resolve) => realImmediate(resolve))
}

/** The clocks and timers of the process, as a scenario moves them. */
export class Time {
  #clock

  /** @param {FakeTimers.Clock} clock */
  constructor(clock) {
    this.#clock = clock
  }

  /** @param {number} ms */
  async advance(ms) {
    this.#clock.tick(ms)
    await turn()
  }

  /** Sets the wall clock back, as NTP or an operator does: `Date` jumps; timers and `performance.now` do not. @param {number} ms */
  stepBack(ms) {
    this.#clock.setSystemTime(Date.now() - ms)
  }
}

/**
 * Gives `play` a clock that it moves itself: every library sees the same `Date`, `performance` and timers.
 * @template T @param {(time: Time) => Promise<T>} play @returns {Promise<T>}
 */
export async function withFakeTime(play) {
  const clock = FakeTimers.install({
    now: Date.UTC(2026, 0, 1),
    toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  })
  try {
    return await play(new Time(clock))
  } finally {
    clock.uninstall()
  }
}
