export interface FakeClock {
  readonly now: () => number
  advance(ms: number): void
  set(ms: number): void
}

/** A clock that stands still until the test moves it, in either direction. */
export function fakeClock(start = 0): FakeClock {
  let time = start
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
    set(ms) {
      time = ms
    },
  }
}
