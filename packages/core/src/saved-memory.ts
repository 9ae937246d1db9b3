import { assertOption, checkNumber, checkObject, nonNegativeInteger } from '@cb/checks'
import { checkSynchronous } from './misuse.ts'
import { Ramp } from './ramp.ts'
import { AnyOf } from './trip/any-of.ts'
import { FailureRun, LumpedFailures } from './trip/consecutive-failures.ts'
import { CountWindow } from './window/count-window.ts'
import { TimeWindow } from './window/time-window.ts'

// The memory of policies as plain data, with ages in place of times. It stands here, and not in their classes, so that a program
// without saved states has none of it.

/** A monitor or a window, also one of the user's own. */
export interface Memory {
  save?(): unknown
  load?(saved: unknown, elapsed: number): void
  /** Where a monitor keeps its memory, if not in itself. */
  readonly memory?: unknown
}

/** @returns null for what can't be saved. */
export function saveMemory(source: Memory): unknown {
  if (source.save) return checkSynchronous(source.save()) ?? null
  if (source instanceof AnyOf) return source.memory.map(saveMemory)
  if (source instanceof LumpedFailures) return saveLumped(source)
  if (source instanceof FailureRun) return source.failures
  if (source instanceof Ramp) return { age: source.clock.now() - source.startedAt }
  if (source instanceof CountWindow) return saveCountWindow(source)
  if (source instanceof TimeWindow) return saveTimeWindow(source)
  return isObject(source.memory) ? saveMemory(source.memory) : null
}

/**
 * @param elapsed  milliseconds since it was saved.
 * @throws TypeError or RangeError if it can't be what `saveMemory` gave.
 */
export function loadMemory(target: Memory, saved: unknown, elapsed: number): void {
  if (saved === null) return
  if (target.load) checkSynchronous(target.load(saved, elapsed))
  else if (target instanceof AnyOf) loadEach(target.memory, saved, elapsed)
  else if (target instanceof LumpedFailures) loadLumped(target, saved, elapsed)
  else if (target instanceof FailureRun)
    target.failures = checkNumber('window', saved, { ...nonNegativeInteger, max: target.threshold - 1 })
  else if (target instanceof Ramp) loadRamp(target, saved, elapsed)
  else if (target instanceof CountWindow) loadCountWindow(target, saved)
  else if (target instanceof TimeWindow) loadTimeWindow(target, saved, elapsed)
  else if (isObject(target.memory)) loadMemory(target.memory, saved, elapsed)
}

function isObject(value: unknown): value is Memory {
  return typeof value === 'object' && value !== null
}

function loadEach(targets: readonly Memory[], saved: unknown, elapsed: number): void {
  const { length } = targets
  assertOption(Array.isArray(saved) && saved.length === length, 'window', `an array of ${length}`, saved)
  for (const [index, target] of targets.entries()) loadMemory(target, saved[index], elapsed)
}

/** The number of failures, and how long ago the last one was that counted. */
function saveLumped({ failures, countedAt, clock }: LumpedFailures): unknown {
  return { failures, age: countedAt === -Infinity ? null : clock.now() - countedAt }
}

function loadLumped(run: LumpedFailures, saved: unknown, elapsed: number): void {
  const { failures, age } = checkObject('window', saved as { failures: number; age: number | null }, [
    'failures',
    'age',
  ])
  checkNumber('window.failures', failures, { ...nonNegativeInteger, max: run.threshold - 1 })
  if (age !== null) checkNumber('window.age', age, { min: 0 })
  run.failures = failures
  run.countedAt = age === null ? -Infinity : run.clock.now() - age - elapsed
}

function loadRamp(ramp: Ramp, saved: unknown, elapsed: number): void {
  const { age } = checkObject('ramp', saved as { age: number }, ['age'])
  ramp.startedAt = ramp.clock.now() - checkNumber('ramp.age', age, { min: 0 }) - elapsed
}

/** Each failure by its age in calls, the latest call being 0. */
function saveCountWindow({ size, bits, next, calls, failures: total }: CountWindow): unknown {
  const failures: number[] = []
  for (let age = 0; bits !== undefined && total > 0 && age < calls; age++) {
    const at = (next - 1 - age + size) % size
    if (((bits[at >>> 5] as number) & (1 << (at & 31))) !== 0) failures.push(age)
  }
  return { calls, failures }
}

function loadCountWindow(window: CountWindow, saved: unknown): void {
  const known = ['calls', 'failures']
  const { calls, failures } = checkObject('window', saved as { calls: number; failures: number[] }, known)
  checkNumber('window.calls', calls, { ...nonNegativeInteger, max: window.size })
  assertOption(Array.isArray(failures), 'window.failures', 'an array', failures)
  const range = { ...nonNegativeInteger, max: calls - 1 }
  const ages = new Set(failures.map((age) => checkNumber('window.failures', age, range)))
  for (let age = calls - 1; age >= 0; age--) window.record(ages.has(age))
}

/** Calls and failures of each bucket, the current one first, and how long that one still lasts. */
function saveTimeWindow(window: TimeWindow): unknown {
  window.forget(window.clock.now())
  const { past = [], index, bucketCalls, bucketFailures, bucketEndAt, clock } = window
  const buckets = [[bucketCalls, bucketFailures]]
  for (let age = 2; age < past.length; age += 2) {
    const at = (index - age + past.length) % past.length
    buckets.push([past[at] as number, past[at + 1] as number])
  }
  return { left: Math.max(0, bucketEndAt - clock.last), buckets }
}

function loadTimeWindow(window: TimeWindow, saved: unknown, elapsed: number): void {
  const known = ['left', 'buckets']
  const { left, buckets } = checkObject('window', saved as { left: number; buckets: unknown[][] }, known)
  const { ms, buckets: most } = window.size
  checkNumber('window.left', left, { min: 0 })
  const fits = Array.isArray(buckets) && buckets.length > 0 && buckets.length <= most
  assertOption(fits, 'window.buckets', `an array of 1 to ${most} pairs of numbers`, buckets)
  const past = new Float64Array(2 * most)
  window.past = past
  for (const bucket of [...buckets].reverse()) {
    assertOption(bucket?.length === 2, 'window.buckets', 'pairs of numbers', bucket)
    window.rotate(past)
    window.bucketCalls = checkNumber('window.buckets', bucket[0], nonNegativeInteger)
    const range = { ...nonNegativeInteger, max: window.bucketCalls }
    window.bucketFailures = checkNumber('window.buckets', bucket[1], range)
    window.calls = checkNumber('window.buckets in total', window.calls + window.bucketCalls, nonNegativeInteger)
    window.failures += window.bucketFailures
  }
  const now = window.clock.now()
  window.start(now - elapsed - Math.max(0, ms / most - left)) // rounding can make it longer than a bucket
  if (window.calls === 0) window.empty()
  else window.forget(now)
}
