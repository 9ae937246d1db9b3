import { checkFunction, checkObject, kind } from '@cb/checks'
import { type CircuitBreaker, CircuitBreakerRegistry, type Overrides } from '@cb/core'
import type { InternalAxiosRequestConfig } from 'axios'
import type { ClassifyAttempt } from './guarded-attempt.ts'
import { checkKey, originKey } from './key.ts'

/** What `protectAxios` may be given. Every option has a default that protects. */
export interface ProtectAxiosOptions {
  /** Where the breakers are kept. Default: a registry of its own, made with `defaults`. Give one to share breakers. */
  registry?: CircuitBreakerRegistry
  /** Options of every breaker, where no `registry` is given. Neither `callTimeout` (use axios' `timeout`) nor `classify`. */
  defaults?: Overrides
  /** One breaker's own options, on top of the defaults; asked when the breaker is made. If it throws, the request rejects. */
  overrides?: (key: string, config: InternalAxiosRequestConfig) => Overrides | undefined
  /**
   * The name of the breaker that guards a request: 1 to 256 characters, few different ones. Default: the origin of the effective
   * request. If it returns anything else the request rejects with a TypeError or RangeError; if it throws, with that error.
   */
  key?: (config: InternalAxiosRequestConfig) => string
  /** Decides what an attempt says about the dependency; undefined leaves it to the table in the README. */
  classify?: ClassifyAttempt
}

/** Options after validation. */
export interface Settings {
  readonly registry: CircuitBreakerRegistry
  readonly classify: ClassifyAttempt | undefined
  /** @throws TypeError or RangeError for a bad key or bad overrides, or what the user's function threw. */
  breakerFor(config: InternalAxiosRequestConfig, key: string | undefined): CircuitBreaker
}

const optionNames = ['registry', 'defaults', 'overrides', 'key', 'classify'] as const

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions(options: ProtectAxiosOptions): Settings {
  const { defaults, overrides, key, classify } = checkObject('protectAxios', options, optionNames)
  if (overrides !== undefined) checkFunction('overrides', overrides)
  if (key !== undefined) checkFunction('key', key)
  if (classify !== undefined) checkFunction('classify', classify)
  if (options.registry !== undefined && defaults !== undefined) {
    throw new TypeError('defaults must be left out where a registry is given: the registry has its own')
  }
  const { registry = new CircuitBreakerRegistry({ defaults: checkBreakerOptions('defaults', defaults) }) } = options
  if (typeof registry?.get !== 'function' || typeof registry.snapshot !== 'function') {
    throw new TypeError(`registry must be a CircuitBreakerRegistry, got ${kind(registry)}`)
  }
  return {
    registry,
    classify,
    breakerFor(config, own) {
      const name = own ?? (key === undefined ? originKey(config) : checkKey('key must return', key(config)))
      if (overrides === undefined || registry.has(name)) return registry.get(name)
      return registry.get(name, checkBreakerOptions('what overrides returns', overrides(name, config)))
    },
  }
}

/** Core checks the rest; these two it would accept, and they would do nothing here. */
function checkBreakerOptions(option: string, value: Overrides = {}): Overrides {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${option} must be an object of breaker options, got ${kind(value)}`)
  }
  if (value.callTimeout !== undefined) {
    throw new TypeError(`${option} must not have a callTimeout, it would do nothing: set the timeout of axios`)
  }
  if (value.classify !== undefined) {
    throw new TypeError(`${option} must not have a classify, it would do nothing: use the classify of protectAxios`)
  }
  return value
}
