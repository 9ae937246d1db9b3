import { checkFunction, checkNumber, checkObject, checkThat, milliseconds, share, timerMilliseconds } from '@cb/checks'
import { SteadyClock, systemNow } from './clock.ts'
import { type HalfOpenOptions, type HalfOpenSettings, parseHalfOpen } from './half-open-options.ts'
import {
  constantDuration,
  type DescribedOpenDuration,
  exponentialBackoff,
  type OpenDuration,
  safeRandom,
} from './open-duration.ts'
import { type Classify, defaultClassify } from './outcome.ts'
import { parseRamp, type RampOptions } from './ramp.ts'
import { anyOf } from './trip/any-of.ts'
import { consecutiveFailures } from './trip/consecutive-failures.ts'
import { failureRate } from './trip/failure-rate.ts'
import { checkTripPolicy, type TripPolicy } from './trip/trip-policy.ts'

/** What a breaker may be given. Every option has a default that protects. */
export interface CircuitBreakerOptions {
  /** What it guards; in errors, events and metrics. Default `'default'`. */
  name?: string
  /**
   * When to open. Default: 50 % of at least 20 calls in 10 s, or 10 failures in a row, so that a hard outage opens it at low
   * traffic as well. Ten in a row, because at 10 % failures that happens by chance once in ten thousand million calls.
   */
  trip?: TripPolicy
  /** How long to stay open: milliseconds above 0, or a policy. Default `exponentialBackoff()`: 1 s to 15 s, jittered. */
  openDuration?: number | OpenDuration
  halfOpen?: HalfOpenOptions
  /**
   * After the probes have succeeded traffic returns as a growing share instead of all at once; calls beyond it are rejected with
   * the reason `ramp`. Default: all at once.
   */
  ramp?: RampOptions
  /**
   * A call through `execute` or `wrap` that takes longer rejects with a `CallTimeoutError`, its signal is aborted, and it counts
   * as a failure. Milliseconds, above 0, at most 2 147 483 647. Default: no limit.
   */
  callTimeout?: number
  /**
   * Shadow mode, to try a breaker before it is trusted: everything is measured and announced, nothing is rejected; what would have
   * been rejected is counted as `shadowed`. True, or the share of such calls that pass all the same, 0..1. Default false.
   * `forceOpen` rejects also in shadow mode.
   */
  shadow?: boolean | number
  /** Default: a value is a success, an error a failure; aborts and rejections by breakers and limiters are ignored. */
  classify?: Classify
  /** A monotonic clock in milliseconds. Default `performance.now`, which fake timers move. Give a breaker a fake one to test with. */
  now?: () => number
  /** 0 ≤ number < 1, for jitter. Default `Math.random`. */
  random?: () => number
}

/** Options after validation. What was not said is inherited from the defaults, so it takes no memory. */
export interface Settings {
  readonly trip: TripPolicy
  readonly openDuration: DescribedOpenDuration
  readonly halfOpen: HalfOpenSettings
  readonly ramp?: Required<RampOptions>
  readonly callTimeout?: number
  /** 0..1 */
  readonly shadow: number
  readonly classify: Classify
  readonly clock: SteadyClock
  readonly random: () => number
}

// Descriptions without a memory of their own, so all breakers share them.
const defaults: Settings = {
  trip: anyOf(failureRate(), consecutiveFailures(10)),
  openDuration: exponentialBackoff(),
  halfOpen: parseHalfOpen(),
  shadow: 0,
  classify: defaultClassify,
  clock: new SteadyClock(systemNow),
  random: safeRandom(() => Math.random()),
}
const nothingSaid: Settings = Object.create(defaults)

type Alone = Exclude<keyof CircuitBreakerOptions & keyof Settings, 'halfOpen'>
type Parser<Given, Kept> = (option: string, value: Given) => Kept

/** How each option that depends on no other is checked. */
const parsers: { readonly [Name in Alone]: Parser<NonNullable<CircuitBreakerOptions[Name]>, Settings[Name]> } = {
  trip: checkTripPolicy,
  openDuration: parseOpenDuration,
  ramp: parseRamp,
  callTimeout: (option, value) => checkNumber(option, value, timerMilliseconds),
  shadow: (option, value) => (typeof value === 'boolean' ? Number(value) : checkNumber(option, value, share)),
  classify: checkFunction,
  random: (option, value) => safeRandom(checkFunction(option, value)),
}
const aloneNames = Object.keys(parsers) as Alone[]
/** @internal What breakers of a registry may share. */
export const sharedNames: readonly (keyof CircuitBreakerOptions)[] = [...aloneNames, 'halfOpen', 'now']
/** @internal The names of `LiveOptions`. */
export const liveNames: readonly string[] = sharedNames.filter((name) => name !== 'random' && name !== 'now')
const optionNames = ['name', ...sharedNames]

/** Where a registry hands over what it has parsed already, so that its breakers share one set of settings. */
const parsed: unique symbol = Symbol('parsed')
type Given = CircuitBreakerOptions & { readonly [parsed]?: Settings }

/** Options for one more breaker with the same settings. */
export function optionsFor(name: string, settings: Settings): CircuitBreakerOptions {
  return { name, [parsed]: settings } as Given
}

/** Breakers made one after the other with the same options share their settings. */
let latest: { readonly options: CircuitBreakerOptions; readonly settings: Settings } | undefined

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions(options: Given): Settings {
  if (options?.[parsed] !== undefined) return options[parsed]
  checkObject('CircuitBreaker', options, optionNames)
  // Objects are the caller's, who may change them.
  if (options.halfOpen ?? options.ramp) return changeSettings(nothingSaid, options)
  if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest?.options[name])))
    latest = { options: { ...options }, settings: changeSettings(nothingSaid, options) }
  return latest.settings
}

/** What `configure` may change: all but the name and the sources of time and chance. */
export type LiveOptions = Omit<CircuitBreakerOptions, 'name' | 'now' | 'random'>

/**
 * Settings with some options changed; those of `halfOpen` one by one, and what is undefined says nothing.
 * @throws TypeError or RangeError naming the option.
 */
export function changeSettings(before: Settings, changes: CircuitBreakerOptions): Settings {
  const { halfOpen, callTimeout, now } = changes
  const settings: { -readonly [Name in keyof Settings]: Settings[Name] } = Object.create(defaults)
  Object.assign(settings, before)
  for (const name of aloneNames) {
    const parse = parsers[name] as Parser<unknown, unknown>
    if (changes[name] !== undefined) Object.assign(settings, { [name]: parse(name, changes[name]) })
  }
  if (halfOpen !== undefined || callTimeout !== undefined)
    settings.halfOpen = parseHalfOpen(halfOpen, settings.callTimeout, before.halfOpen.given)
  if (now !== undefined) settings.clock = new SteadyClock(checkFunction('now', now))
  return settings
}

/** @throws TypeError unless it is a string that is not empty. */
export function checkName(option: string, name: unknown): string {
  checkThat(typeof name === 'string' && name !== '', option, 'a string that is not empty', name)
  return name
}

function parseOpenDuration(option: string, value: number | OpenDuration): OpenDuration {
  if (typeof value === 'number') return constantDuration(checkNumber(option, value, milliseconds))
  const expected = 'a number of milliseconds above 0 or a function such as exponentialBackoff()'
  checkThat(typeof value === 'function', option, expected, value)
  return value
}
