import {
  assertOption,
  checkFunction,
  checkNumber,
  milliseconds,
  ownOptions,
  ratio,
  timerMilliseconds,
} from '@cb/checks'
import { type AdmissionPolicy, checkAdmissionPolicy } from './admission/admission-policy.ts'
import { shadowMode } from './admission/shadow-mode.ts'
import { SteadyClock, systemNow } from './clock.ts'
import { type HalfOpenOptions, parseHalfOpen } from './half-open-options.ts'
import { copyOf, keepText } from './kept-text.ts'
import { constantDuration, exponentialBackoff, type OpenDuration, safeRandom } from './open-duration.ts'
import { type Classify, defaultClassify } from './outcome.ts'
import type { Settings } from './settings.ts'
import { anyOf } from './trip/any-of.ts'
import { consecutiveFailures } from './trip/consecutive-failures.ts'
import { failureRate } from './trip/failure-rate.ts'
import { checkTripPolicy, type TripPolicy } from './trip/trip-policy.ts'

/** Options of a breaker. Every option has a default that protects. */
export interface CircuitBreakerOptions {
  /** What it guards; in errors, events and metrics. Default `'default'`. */
  name?: string | undefined
  /**
   * When to open. Default: 50 % of at least 20 calls in 10 s, or 10 failures in a row, so that a hard outage opens it at low
   * traffic as well. Ten in a row, because at 10 % failures that happens by chance once in ten thousand million calls.
   */
  trip?: TripPolicy | undefined
  /** How long to stay open: milliseconds above 0, or a policy. Default `exponentialBackoff()`: 1 s to 15 s, jittered. */
  openDuration?: number | OpenDuration | undefined
  /** How the circuit decides while half-open. Default: one probe at a time, and two that succeed close it. */
  halfOpen?: HalfOpenOptions | undefined
  /**
   * How traffic returns after the probes have succeeded: `ramp({ duration })` admits a growing share of the calls. Default: all at
   * once.
   */
  recovery?: AdmissionPolicy | undefined
  /** What may reject calls while closed: `adaptiveThrottle()`, or a policy of your own. Default: every call is admitted. */
  admission?: AdmissionPolicy | undefined
  /**
   * A call through `execute` or `wrap` that takes longer rejects with a `CallTimeoutError`, its signal is aborted, and it counts
   * as a failure. Milliseconds, above 0, at most 2 147 483 647. Default: no limit.
   */
  callTimeout?: number | undefined
  /**
   * Shadow mode, to try a breaker before it is trusted: everything is measured and announced, nothing is rejected; what would have
   * been rejected is counted as `shadowed`. True, or the share of such calls that pass all the same, 0..1. Default false.
   * `forceOpen` rejects also in shadow mode.
   */
  shadow?: boolean | number | undefined
  /** Default: a value is a success, an error a failure; aborts and rejections by breakers and limiters are ignored. */
  classify?: Classify | undefined
  /** A monotonic clock in milliseconds. Default `performance.now`, which fake timers move. Give a breaker a fake one to test with. */
  now?: (() => number) | undefined
  /** 0 ≤ number < 1, for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** A breaker's own options, on top of a registry's defaults. */
export type Overrides = Omit<CircuitBreakerOptions, 'name'>

// Descriptions without a memory of their own, so all breakers share them.
const defaults = /* @__PURE__ */ createDefaults()

function createDefaults(): Settings {
  const settings: Settings = {
    trip: anyOf(failureRate(), consecutiveFailures(10)),
    openDuration: exponentialBackoff(),
    halfOpen: parseHalfOpen(),
    shadow: 0,
    callTimeout: undefined,
    classify: defaultClassify,
    clock: new SteadyClock(systemNow),
    random: safeRandom(() => Math.random()),
  }
  return Object.assign(Object.create(null), settings) // a polluted Object.prototype must not set an option
}

/** No option is given. */
const unset: Settings = /* @__PURE__ */ Object.create(defaults)

/** Options that depend on no other. */
type IndependentOption = Exclude<keyof CircuitBreakerOptions & keyof Settings, 'halfOpen'>
type Parser<Input, Kept> = (option: string, value: Input) => Kept

const parsers: {
  readonly [Name in IndependentOption]: Parser<NonNullable<CircuitBreakerOptions[Name]>, Settings[Name]>
} = {
  trip: checkTripPolicy,
  openDuration: parseOpenDuration,
  recovery: checkAdmissionPolicy,
  admission: checkAdmissionPolicy,
  callTimeout: (option, value) => checkNumber(option, value, timerMilliseconds),
  shadow: (option, value) => (typeof value === 'boolean' ? Number(value) : checkNumber(option, value, ratio)),
  classify: checkFunction,
  random: (option, value) => safeRandom(checkFunction(option, value)),
}
/** The options that breakers of a registry may share. */
export const sharedOptions: readonly (keyof Overrides)[] = /* @__PURE__ */ listSharedOptions()

function listSharedOptions(): (keyof Overrides)[] {
  return [...(Object.keys(parsers) as IndependentOption[]), 'halfOpen', 'now']
}

/** Names that other libraries have. */
const meant: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['timeout', 'callTimeout'],
  ['resetTimeout', 'openDuration'],
  ['halfOpenAfter', 'openDuration'],
  ['errorThresholdPercentage', 'trip: failureRate({ threshold })'],
  ['volumeThreshold', 'trip: failureRate({ minimumCalls })'],
  ['rollingCountTimeout', 'trip: failureRate({ window: timeWindow(ms) })'],
  ['failureThreshold', 'trip: consecutiveFailures(n)'],
  ['breaker', 'trip'],
  ['errorFilter', 'classify'],
  ['fallback', 'execute(fn, { fallback })'],
])

/** @returns a copy. @throws TypeError naming the option that there is not. */
export function checkShared(option: string, options: Overrides): Overrides {
  return ownOptions(option, options, sharedOptions, meant)
}

/** What `configure` may change: all but the name and the sources of time and chance. */
export type LiveOptions = Omit<CircuitBreakerOptions, 'name' | 'now' | 'random'>

/** @throws TypeError or RangeError naming the option; `before` is unchanged then. */
export function parseChanges(before: Settings, changes: LiveOptions): Settings {
  const known = sharedOptions.filter((name) => name !== 'random' && name !== 'now')
  return changeSettings(before, ownOptions('configure changes', changes, known, meant))
}

/** Where a registry hands over settings that are parsed already, so that its breakers share them. */
const parsed: unique symbol = /* @__PURE__ */ Symbol('parsed')
type Input = CircuitBreakerOptions & { readonly [parsed]?: Settings }

/** Whether a registry creates the breaker; it announces it once it knows it itself. */
export function isOfRegistry(options: Input): boolean {
  return options[parsed] !== undefined
}

/** Options for one more breaker with the same settings. */
export function optionsFor(name: string, settings: Settings): CircuitBreakerOptions {
  return { name, [parsed]: settings } as Input
}

/** Breakers created one after the other with the same options share their settings. Weak, for options hold what users gave. */
let latest: WeakRef<{ readonly options: CircuitBreakerOptions; readonly settings: Settings }> | undefined

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions(options: Input): Settings {
  if (options?.[parsed] !== undefined) return options[parsed]
  if (typeof options === 'function')
    throw new TypeError('CircuitBreaker options must be an object, got a function: give it to execute(fn) or wrap(fn)')
  const own = ownOptions('CircuitBreaker options', options, ['name', ...sharedOptions], meant)
  if (own.halfOpen !== undefined) return changeSettings(unset, own) // the caller may change that object later
  const previous = latest?.deref()
  if (previous !== undefined && sharedOptions.every((name) => Object.is(own[name], previous.options[name])))
    return previous.settings
  const settings = changeSettings(unset, own)
  if (typeof WeakRef === 'function') latest = new WeakRef({ options: own, settings })
  return settings
}

/**
 * Settings with some options changed; those of `halfOpen` one by one. Undefined for an option changes nothing.
 * @throws TypeError or RangeError naming the option.
 */
export function changeSettings(before: Settings, changes: CircuitBreakerOptions): Settings {
  const { halfOpen, callTimeout, now } = changes
  const settings: { -readonly [Name in keyof Settings]: Settings[Name] } = Object.create(defaults)
  Object.assign(settings, before)
  for (const name of Object.keys(parsers) as IndependentOption[]) {
    const parse = parsers[name] as Parser<unknown, unknown>
    if (changes[name] !== undefined) Object.assign(settings, { [name]: parse(name, changes[name]) })
  }
  if (halfOpen !== undefined || callTimeout !== undefined)
    settings.halfOpen = parseHalfOpen(halfOpen, settings.callTimeout, before.halfOpen.input)
  if (now !== undefined) settings.clock = new SteadyClock(checkFunction('now', now))
  if (changes.shadow !== undefined) settings.waives = shadowMode(settings.shadow, settings.random)
  return settings
}

/** @throws TypeError unless it is a non-empty string. */
export function checkName(option: string, name: unknown): string {
  assertOption(typeof name === 'string' && name !== '', option, 'a non-empty string', name)
  return copyOf(name)
}

/** Longer ones are cut: a note is kept as long as its override, and goes into events. */
const longestNote = 1_000

export function keepNote(note: string): string {
  return keepText(note, longestNote)
}

function parseOpenDuration(option: string, value: number | OpenDuration): OpenDuration {
  if (typeof value === 'number') return constantDuration(checkNumber(option, value, milliseconds))
  const expected = 'a number of milliseconds > 0 or a function such as exponentialBackoff()'
  assertOption(typeof value === 'function', option, expected, value)
  return value
}
