import { checkDuration, checkFunction, checkNumber, checkObject, longestTimer, show } from '@cb/checks'
import { SteadyClock } from './clock.ts'
import { type HalfOpenOptions, type HalfOpenSettings, parseHalfOpen } from './half-open-options.ts'
import { constantDuration, exponentialBackoff, type OpenDuration, safeRandom } from './open-duration.ts'
import { type Classify, defaultClassify } from './outcome.ts'
import { parseRamp, type RampOptions } from './ramp.ts'
import { anyOf } from './trip/any-of.ts'
import { consecutiveFailures } from './trip/consecutive-failures.ts'
import { failureRate } from './trip/failure-rate.ts'
import { checkTripPolicy, type TripPolicy } from './trip/trip-policy.ts'

// Descriptions without a memory of their own, so all breakers share them.
const defaultTrip = anyOf(failureRate(), consecutiveFailures(10))
const defaultOpenDuration = exponentialBackoff()
const defaultHalfOpen = parseHalfOpen()
const systemClock = new SteadyClock(() => performance.now())
const systemRandom = safeRandom(() => Math.random())

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
  /** A monotonic clock in milliseconds. Default `performance.now`. Give a breaker a fake one to test with. */
  now?: () => number
  /** 0 ≤ number < 1, for jitter. Default `Math.random`. */
  random?: () => number
}

/** Options after validation: complete, frozen, shared by all breakers of a registry that have no overrides. */
export interface Settings {
  /** As they were given, for merging changes into them. */
  readonly options: CircuitBreakerOptions
  readonly trip: TripPolicy
  readonly openDuration: OpenDuration
  readonly halfOpen: HalfOpenSettings
  readonly ramp: Required<RampOptions> | undefined
  readonly callTimeout: number | undefined
  /** 0..1 */
  readonly shadow: number
  readonly classify: Classify
  readonly clock: SteadyClock
  readonly random: () => number
}

const liveNames = ['trip', 'openDuration', 'halfOpen', 'ramp', 'callTimeout', 'shadow', 'classify'] as const
/** @internal What breakers of a registry may share. */
export const sharedNames: readonly (keyof CircuitBreakerOptions)[] = [...liveNames, 'now', 'random']
const optionNames = ['name', ...sharedNames]

/** Where a registry hands over what it has parsed already, so that its breakers share one set of settings. */
const parsed: unique symbol = Symbol('parsed')
type Given = CircuitBreakerOptions & { readonly [parsed]?: Settings }

/** Options for one more breaker with the same settings. */
export function optionsFor(name: string, settings: Settings): CircuitBreakerOptions {
  return { name, [parsed]: settings } as Given
}

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions(options: Given): Settings {
  if (options?.[parsed] !== undefined) return options[parsed]
  checkObject('CircuitBreaker', options, optionNames)
  if (latest === undefined || !isSame(latest.options, options)) latest = parseAnew(options)
  return latest
}

/** Breakers made one after the other with the same options share their settings. */
let latest: Settings | undefined

function isSame(options: CircuitBreakerOptions, others: CircuitBreakerOptions): boolean {
  return sharedNames.every((name) => Object.is(options[name], others[name]))
}

/** The caller may go on to change what is his. */
function copyOptions({ name: _, ...options }: CircuitBreakerOptions): CircuitBreakerOptions {
  if (options.halfOpen !== undefined) options.halfOpen = { ...options.halfOpen }
  if (options.ramp !== undefined) options.ramp = { ...options.ramp }
  return options
}

/** What a breaker keeps until its first use: many are never used, and options are smaller than settings nobody shares. */
export function untilUsed(given: Given, settings: Settings): Settings | CircuitBreakerOptions {
  return given[parsed] === undefined && given.now === undefined ? settings.options : settings
}

export function settingsOf(kept: Settings | CircuitBreakerOptions): Settings {
  return 'clock' in kept ? kept : parseOptions(kept)
}

function parseAnew(options: CircuitBreakerOptions): Settings {
  const { trip = defaultTrip, openDuration = defaultOpenDuration, callTimeout } = options
  const { classify = defaultClassify, halfOpen, ramp, shadow = false, now, random } = options
  if (callTimeout !== undefined) checkDuration('callTimeout', callTimeout, longestTimer)
  return Object.freeze({
    options: copyOptions(options),
    trip: checkTripPolicy('trip', trip),
    openDuration: parseOpenDuration(openDuration),
    halfOpen:
      halfOpen === undefined && callTimeout === undefined ? defaultHalfOpen : parseHalfOpen(halfOpen, callTimeout),
    ramp: ramp === undefined ? undefined : parseRamp(ramp),
    callTimeout,
    shadow: typeof shadow === 'boolean' ? Number(shadow) : checkNumber('shadow', shadow, { min: 0, max: 1 }),
    classify: checkFunction('classify', classify),
    clock: now === undefined ? systemClock : new SteadyClock(checkFunction('now', now)),
    random: random === undefined ? systemRandom : safeRandom(checkFunction('random', random)),
  })
}

/** What `configure` may change: all but the name and the sources of time and chance. */
export type LiveOptions = Omit<CircuitBreakerOptions, 'name' | 'now' | 'random'>

/** Settings with some options changed, on the same clock. @throws TypeError or RangeError naming the option. */
export function changeSettings(settings: Settings, changes: LiveOptions): Settings {
  checkObject('configure', changes, liveNames)
  const { clock, random } = settings
  return Object.freeze({ ...parseOptions(mergeOptions(settings.options, changes)), clock, random })
}

/** @throws TypeError unless it is a string that is not empty. */
export function checkName(option: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new TypeError(`${option} must be a string that is not empty, got ${show(name)}`)
}

/** Options with others on top; those of `halfOpen` are merged one by one, and what is undefined says nothing. */
export function mergeOptions(under: CircuitBreakerOptions, over: CircuitBreakerOptions): CircuitBreakerOptions {
  const said = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined))
  const merged = { ...under, ...said }
  if (under.halfOpen !== undefined && over.halfOpen !== undefined)
    merged.halfOpen = { ...under.halfOpen, ...over.halfOpen }
  return merged
}

function parseOpenDuration(value: number | OpenDuration): OpenDuration {
  if (typeof value === 'function') return value
  if (typeof value === 'number') return constantDuration(checkDuration('openDuration', value))
  throw new TypeError(
    `openDuration must be a number of milliseconds above 0 or a function such as exponentialBackoff(), got ${show(value)}`,
  )
}
