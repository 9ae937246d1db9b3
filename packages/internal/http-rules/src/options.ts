import {
  assertOption,
  checkFunction,
  checkNumber,
  checkObject,
  format,
  swallowRejection,
  timerMilliseconds,
  typeName,
} from '@cb/checks'
import { type CircuitBreaker, CircuitBreakerRegistry, type Outcome, type Overrides } from '@cb/core'
import type { Adapter, ReadBody, Settlement } from './adapter.ts'
import { checkKey } from './key.ts'
import { isWrite } from './method.ts'
import { own } from './own.ts'
import { settlementOf } from './settlement.ts'

/** The options that all outbound adapters share. Every option has a default that protects. */
export interface HttpOptions<Request, Settled> {
  /** The registry that keeps the breakers. Default: a new one, made with `defaults`. Pass one to share breakers. */
  registry?: CircuitBreakerRegistry
  /** Options of every breaker, all but `classify`; only without `registry`. */
  defaults?: Overrides
  /** Options of one breaker, on top of the defaults; called when the breaker is made. If it throws, the request rejects. */
  overrides?: (key: string, request: Request) => Overrides | undefined
  /**
   * The name of the breaker that guards a request: 1 to 256 characters, few different ones. Default: the origin of the effective
   * request. If it returns anything else the request rejects with a TypeError or RangeError; if it throws, with that error.
   */
  key?: (request: Request) => string
  /**
   * Guards writes, that is every method but GET, HEAD, OPTIONS, TRACE and QUERY, with a separate breaker named `<key> writes`. True,
   * or the options of that breaker on top of the defaults. Default false: one breaker for both.
   */
  writes?: boolean | Overrides
  /**
   * Decides the outcome of an attempt. An Error means a failure with that error, whose `retryAfterMs` counts; undefined leaves the
   * decision to the table in the README.
   */
  classify?: (settled: Settled) => Outcome | Error | undefined
  /**
   * When the outcome of a streamed response is known: at the end of its body (`body`, the default, because a body can break off), or
   * at its `headers`. An event stream (`text/event-stream`) is awaited only where `body` is given expressly: mostly its reader cancels it.
   */
  settleAt?: 'headers' | 'body'
  /**
   * The longest silence within a streamed body, in milliseconds: above 0, at most 2 147 483 647. A body whose reader waits longer for
   * its next chunk fails and counts as a failure, if its outcome is not known yet. Default: no limit.
   */
  idleTimeout?: number
}

/** Options that not all adapters have. */
export interface OwnOptions {
  /**
   * What happens to a rejected call without a fallback: it rejects with a `CircuitOpenError` (`throw`, the default), or gets a response
   * of status 503 that asks not to be retried (`respond`).
   */
  whenOpen?: 'throw' | 'respond'
  /**
   * Lets `classify` see the text of a body that you read to its end, if it has at most `maxBytes` bytes (an integer >= 1): then it is
   * called once more, with `body`. A copy of those bytes is kept while you read. Default: it sees no body.
   */
  classifyBody?: { maxBytes: number }
}

/** Options after validation. */
export interface Settings<Request, Response extends object> {
  readonly adapter: Adapter<Request, Response, unknown>
  readonly registry: CircuitBreakerRegistry
  readonly settleAt: 'headers' | 'body'
  /** Whether `settleAt: 'body'` was given, not left out. */
  readonly awaitsEventStreams: boolean
  readonly whenOpen: 'throw' | 'respond'
  readonly idleTimeout: number | undefined
  /** Of `classifyBody`. */
  readonly maxBodyBytes: number | undefined
  /**
   * @param explicitKey  the `key` of this one request.
   * @throws TypeError or RangeError for an invalid key or invalid overrides, or the error that the user's function threw.
   */
  breakerFor(request: Request, explicitKey?: string): CircuitBreaker
  /**
   * What `classify` decides, or else the table. Never throws, whatever the response or the error do when they are read.
   * @param isCutOff  the body of the response broke off. @param readBody  it was read.
   */
  settlementOf(
    request: Request,
    response: Response | undefined,
    error: unknown,
    isCutOff?: boolean,
    readBody?: ReadBody,
  ): Settlement
}

const optionNames = [
  'registry',
  'defaults',
  'overrides',
  'key',
  'writes',
  'classify',
  'settleAt',
  'idleTimeout',
] as const

/** Options of a breaker, which have no effect beside `defaults`. */
const breakerOptions = 'trip openDuration halfOpen recovery admission callTimeout shadow now random'.split(' ')
const meant: ReadonlyMap<string, string> = new Map(breakerOptions.map((name) => [name, `defaults.${name}`]))

/** @throws TypeError or RangeError naming the option, its value and the allowed values. */
export function parseOptions<Request, Response extends object, Settled>(
  adapter: Adapter<Request, Response, Settled>,
  given: HttpOptions<Request, Settled> & OwnOptions,
): Settings<Request, Response> {
  const { functionName, ownOptions = [] } = adapter
  const options = own(checkObject(functionName, given, [...optionNames, ...ownOptions], meant))
  const {
    defaults,
    overrides,
    key,
    classify,
    writes = false,
    settleAt = 'body',
    whenOpen = 'throw',
    idleTimeout,
  } = options
  if (overrides !== undefined) checkFunction('overrides', overrides)
  if (key !== undefined) checkFunction('key', key)
  if (classify !== undefined) checkFunction('classify', classify)
  if (idleTimeout !== undefined) checkNumber('idleTimeout', idleTimeout, timerMilliseconds)
  checkChoice('settleAt', settleAt, ['headers', 'body'])
  checkChoice('whenOpen', whenOpen, ['throw', 'respond'])
  const maxBodyBytes = parseClassifyBody(options)
  const registry = parseRegistry(functionName, options)
  const writeOptions = parseWrites(functionName, writes, defaults)
  const keyOf = (request: Request) =>
    key === undefined ? adapter.key(request) : checkKey('key must return', key(request))
  return {
    adapter,
    registry,
    settleAt,
    awaitsEventStreams: options.settleAt === 'body',
    whenOpen,
    idleTimeout,
    maxBodyBytes,
    breakerFor(request, explicitKey) {
      const isForWrites = explicitKey === undefined && writes !== false && isWrite(adapter.method(request))
      const name = explicitKey ?? (isForWrites ? `${keyOf(request)} writes` : keyOf(request))
      if ((overrides === undefined && !isForWrites) || registry.has(name)) return registry.get(name)
      const overridden = checkBreakerOptions(functionName, 'the return value of overrides', overrides?.(name, request))
      return registry.get(name, isForWrites ? merge(writeOptions, overridden) : overridden)
    },
    settlementOf: (...ended) => settlementOf(adapter, classify, ...ended),
  }
}

function checkChoice(option: string, value: string, choices: readonly [string, string]): void {
  if (choices.includes(value)) return
  const ErrorClass = typeof value === 'string' ? RangeError : TypeError
  throw new ErrorClass(`${option} must be '${choices[0]}' or '${choices[1]}', got ${format(value)}`)
}

function parseClassifyBody(options: HttpOptions<never, never> & OwnOptions): number | undefined {
  const { classifyBody, classify, settleAt } = options
  if (classifyBody === undefined) return undefined
  const { maxBytes } = checkObject('classifyBody', classifyBody, ['maxBytes'])
  assertOption(Number.isSafeInteger(maxBytes) && maxBytes >= 1, 'classifyBody.maxBytes', 'an integer >= 1', maxBytes)
  if (classify === undefined) throw new TypeError('classifyBody needs the option classify, which is to see the body')
  if (settleAt === 'headers') {
    throw new TypeError("classifyBody must be left out with settleAt: 'headers', because the body ends later")
  }
  return maxBytes
}

function parseRegistry(functionName: string, options: HttpOptions<never, never>): CircuitBreakerRegistry {
  const { registry, defaults } = options
  if (registry === undefined) {
    return new CircuitBreakerRegistry(
      own({ defaults: own(checkBreakerOptions(functionName, 'defaults', defaults) ?? {}) }),
    )
  }
  if (defaults !== undefined) {
    throw new TypeError('defaults must be left out where a registry is given: the registry has its own')
  }
  if (typeof registry?.get !== 'function' || typeof registry.snapshot !== 'function') {
    throw new TypeError(`registry must be a CircuitBreakerRegistry, got ${typeName(registry)}`)
  }
  return registry
}

/** Makes a registry with the options and drops it, so that a mistake is reported before the first write. */
function parseWrites(
  functionName: string,
  writes: boolean | Overrides,
  defaults: Overrides = {},
): Overrides | undefined {
  if (typeof writes === 'boolean') return undefined
  if (typeof writes !== 'object' || writes === null) {
    throw new TypeError(`writes must be true, false or an object of breaker options, got ${typeName(writes)}`)
  }
  const checked = checkBreakerOptions(functionName, 'writes', writes)
  try {
    new CircuitBreakerRegistry(own({ defaults: merge(own(defaults), checked) ?? own({}) }))
  } catch (error) {
    const { message } = error as Error
    const renamed = message.replace(' in defaults; ', ' in writes; ')
    ;(error as Error).message = renamed === message ? `writes: ${message}` : renamed
    throw error
  }
  return checked
}

function merge(base: Overrides | undefined, changes: Overrides | undefined): Overrides | undefined {
  if (base === undefined || changes === undefined) return base ?? changes
  const halfOpen = { ...base.halfOpen, ...changes.halfOpen }
  return own({ ...base, ...changes, ...(Object.keys(halfOpen).length > 0 && { halfOpen }) })
}

/** Core checks everything else, but it would accept a `classify`, which has no effect here. */
function checkBreakerOptions(
  functionName: string,
  option: string,
  value: Overrides | undefined,
): Overrides | undefined {
  if (value === undefined) return undefined
  swallowRejection(value)
  if (typeof value !== 'object' || value === null || value instanceof Promise) {
    throw new TypeError(`${option} must be an object of breaker options, got ${typeName(value)}`)
  }
  const copy = own(value)
  if (copy.classify !== undefined) {
    throw new TypeError(
      `${option} must not have classify, which has no effect here: use the classify option of ${functionName}`,
    )
  }
  return copy
}
