import { seededRandom } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ModelOptions } from './naive-model.ts'
import { CallsSideBySide, type Step } from './side-by-side.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

/** Values at random, the same for the same seed. */
class Dice {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** A whole number from `min` to `max`. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1))
  }

  one<const Value>(...values: readonly Value[]): Value {
    return values[this.whole(0, values.length - 1)] as Value
  }

  maybe<Value>(make: () => Value): Value | undefined {
    return this.#random() < 0.5 ? make() : undefined
  }

  happens(probability: number): boolean {
    return this.#random() < probability
  }

  chance(): number {
    return this.one(0, 0.999, this.#random())
  }
}

function someOptions(dice: Dice, isPlain: boolean): ModelOptions {
  const size = dice.whole(1, 6)
  return {
    trip: dice.one<ModelOptions['trip']>(
      { kind: 'run', threshold: dice.whole(1, 4) },
      { kind: 'rate', threshold: dice.one(0.1, 0.5, 1), size, minimum: dice.whole(1, size) },
    ),
    openDuration: dice.whole(1, 100),
    factor: dice.whole(1, 3),
    maxOpenDuration: dice.whole(100, 400),
    maxConcurrent: dice.whole(1, 3),
    decision: dice.one<ModelOptions['decision']>(
      { kind: 'count', successes: dice.whole(1, 3) },
      { kind: 'rate', probes: dice.whole(1, 5), rate: dice.one(0.25, 0.5, 0.75, 1) },
    ),
    maxDuration: dice.maybe(() => dice.whole(1, 300)),
    probeTimeout: dice.whole(1, 200),
    throttle: isPlain
      ? undefined
      : dice.maybe(() => ({
          multiplier: dice.one(1.25, 2, 3),
          floor: dice.one(0.05, 0.5),
          size: dice.whole(1, 6),
          minimum: dice.whole(1, 6),
        })),
    ramp: isPlain ? undefined : dice.maybe(() => ({ duration: dice.whole(1, 500), from: dice.one(0, 0.25, 1) })),
  }
}

function someStep(dice: Dice, saves: boolean): Step {
  const kind = dice.whole(0, 99)
  if (kind < 36) return { do: 'acquire', chance: dice.chance() }
  if (kind < 74)
    return { do: 'settle', pick: dice.whole(0, 99), result: dice.one('success', 'failure', 'failure', 'ignored') }
  if (kind < 90) return { do: 'pass', ms: dice.whole(0, 150) }
  if (kind < 91) return { do: 'jump', ms: dice.whole(-1e9, 1e9) }
  if (kind < 94) return { do: dice.one('forceOpen', 'forceClosed'), for: dice.maybe(() => dice.whole(1, 300)) }
  if (kind < 96) return { do: dice.one('resume', 'reset') }
  return saves ? { do: 'save', ms: dice.whole(0, 300) } : { do: 'pass', ms: dice.whole(0, 150) }
}

const stepsPerRun = 200

/** Operations in all, over many breakers with options of all kinds; a failure names the seed and the step. */
async function fuzz(operations: number, path: Path): Promise<{ opens: number; closes: number; rejected: number }> {
  const sums = { opens: 0, closes: 0, rejected: 0 }
  for (let seed = 1; seed <= operations / stepsPerRun; seed++) {
    const dice = new Dice(seed)
    const both = new CallsSideBySide(someOptions(dice, path.isPlain))
    if (path.listens) {
      both.prepare = (breaker) => void breaker.on('outcome', () => {})
      both.prepare(both.breaker)
    }
    for (let number = 1; number <= stepsPerRun; number++) {
      const step = someStep(dice, path.saves)
      try {
        await both.take(step)
      } catch (error) {
        throw new Error(`seed ${seed}, step ${number}: ${JSON.stringify(step)}`, { cause: error })
      }
    }
    sums.opens += both.model.opens
    sums.closes += both.model.closes
    sums.rejected += both.model.totals.rejected
  }
  return sums
}

interface Path {
  readonly isPlain: boolean
  readonly listens: boolean
  readonly saves: boolean
}

const paths: [string, Path][] = [
  ['on the plain path', { isPlain: true, listens: false, saves: false }],
  ['with a listener, a throttle and a ramp', { isPlain: false, listens: true, saves: false }],
  ['while they are saved and restored', { isPlain: false, listens: false, saves: true }],
]

const operations = 333_400

describe('a third of a million operations', { timeout: 600_000 }, () => {
  test.each(paths)('leave breakers and their models the same %s', async (_, path) => {
    const { opens, closes, rejected } = await fuzz(operations, path)
    expect(opens).toBeGreaterThan(operations / 100)
    expect(closes).toBeGreaterThan(operations / 200)
    expect(rejected).toBeGreaterThan(operations / 20)
  })
})
