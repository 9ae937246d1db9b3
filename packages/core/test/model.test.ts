import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ModelOptions, Result } from './naive-model.ts'
import { CallsSideBySide, PermitsSideBySide, type SideBySide, type Step } from './side-by-side.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

const trip = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), threshold: fc.integer({ min: 1, max: 4 }) }),
  fc
    .record({
      threshold: fc.constantFrom(0.1, 0.5, 1),
      size: fc.integer({ min: 1, max: 6 }),
      share: fc.integer({ min: 1, max: 6 }),
    })
    .map(({ threshold, size, share }) => ({ kind: 'rate' as const, threshold, size, minimum: Math.min(share, size) })),
)

const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined })

const options: fc.Arbitrary<ModelOptions> = fc.record({
  trip,
  openDuration: fc.integer({ min: 1, max: 100 }),
  factor: fc.integer({ min: 1, max: 3 }),
  maxOpenDuration: fc.integer({ min: 100, max: 400 }),
  maxConcurrent: fc.integer({ min: 1, max: 3 }),
  decision: fc.oneof(
    fc.record({ kind: fc.constant('count' as const), successes: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      kind: fc.constant('rate' as const),
      probes: fc.integer({ min: 1, max: 5 }),
      rate: fc.constantFrom(0.25, 0.5, 0.75, 1),
    }),
  ),
  maxDuration: optional(fc.integer({ min: 1, max: 300 })),
  probeTimeout: fc.integer({ min: 1, max: 200 }),
  throttle: optional(
    fc.record({
      multiplier: fc.constantFrom(1.25, 2, 3),
      floor: fc.constantFrom(0.05, 0.5),
      size: fc.integer({ min: 1, max: 6 }),
      minimum: fc.integer({ min: 1, max: 6 }),
    }),
  ),
  ramp: optional(fc.record({ duration: fc.integer({ min: 1, max: 500 }), from: fc.constantFrom(0, 0.25, 1) })),
})

// Weights chosen so that most runs get past the first trip; the shares are asserted below.
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      chance: fc.oneof(fc.constant(0.999), fc.constant(0), fc.double({ min: 0, max: 0.999, noNaN: true })),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick: fc.nat(),
      result: fc.constantFrom<Result>('success', 'failure', 'failure', 'ignored'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 150 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -1e9, max: 1e9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('save' as const), ms: fc.integer({ min: 0, max: 300 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('forceOpen' as const, 'forceClosed' as const),
      for: optional(fc.integer({ min: 1, max: 300 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('resume' as const, 'reset' as const) }) },
)

const runs = 500

/** @returns the share of the runs that were half-open at some time. */
async function drive(make: (options: ModelOptions) => SideBySide): Promise<number> {
  let halfOpen = 0
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { minLength: 30, maxLength: 150, size: 'max' }), async (chosen, steps) => {
      const both = make(chosen)
      for (const one of steps) await both.take(one)
      if (both.model.visitedHalfOpen) halfOpen++
    }),
    { numRuns: runs },
  )
  return halfOpen / runs
}

describe('a breaker behaves as a naive model of it', { timeout: 300_000 }, () => {
  test('with permits: interleaved, settled twice, lost, saved and restored, while the clock jumps both ways', async () => {
    expect(await drive((chosen) => new PermitsSideBySide(chosen))).toBeGreaterThan(0.5)
  })

  test('with execute on the plain path', async () => {
    const plain = { throttle: undefined, ramp: undefined }
    expect(await drive((chosen) => new CallsSideBySide({ ...chosen, ...plain }))).toBeGreaterThan(0.5)
  })

  test('with execute, a throttle and a ramp', async () => {
    expect(await drive((chosen) => new CallsSideBySide(chosen))).toBeGreaterThan(0.5)
  })

  test('with execute with a listener', async () => {
    const share = await drive((chosen) => {
      const both = new CallsSideBySide(chosen)
      both.prepare = (breaker) => void breaker.on('outcome', () => {})
      both.prepare(both.breaker)
      return both
    })
    expect(share).toBeGreaterThan(0.5)
  })

  test('with execute under a call timeout that never passes', async () => {
    const share = await drive((chosen) => {
      const probeTimeout = Math.max(chosen.probeTimeout, 61_000)
      return new CallsSideBySide({ ...chosen, probeTimeout, callTimeout: 60_000 }, { callTimeout: 60_000 })
    })
    expect(share).toBeGreaterThan(0.5)
  })
})
