import { checkFunction, checkObject, format, swallowRejection, typeName } from '@cb/checks'
import { type CircuitBreaker, CircuitBreakerRegistry, type Outcome, type Overrides } from '@cb/core'
import { askClassify } from './classify.ts'
import { checkKey } from './key.ts'
import { isWrite } from './method.ts'

/** The options that all outbound adapters share. Every option has a default that protects. */
export interface HttpOptions<Request, Settled> {
  /** Where the breakers are kept. Default: a registry of its own, made with `defaults`. Give one to share breakers. */
  registry?: CircuitBreakerRegistry
  /** Options of every breaker, where no `registry` is given; all but `classify`. */
  defaults?: Overrides
  /** One breaker's own options, on top of the defaults; asked when the breaker is made. If it throws, the request rejects. */
  overrides?: (key: string, request: Request) => Overrides | undefined
  /**
   * The name of the breaker that guards a request: 1 to 256 characters, few different ones. Default: the origin of the effective
   * request. If it returns anything else the request rejects with a TypeError or RangeError; if it throws, with that error.
   */
  key?: (request: Request) => string
  /**
   * Guards writes, that is every method but GET, HEAD, OPTIONS, TRACE and QUERY, with a breaker of their own, named `<key> writes`.
   * True, or its options on top of the defaults. Default false: one breaker for both.
   */
  writes?: boolean | Overrides
  /** Decides what an attempt says about the dependency; undefined leaves it to the table in the README. */
  classify?: (settled: Settled) => Outcome | undefined
  /**
   * When the outcome of a streamed answer is known: at the end of its body (`body`, the default), for a body can break off, or at
   * its `headers`.
   */
  settleAt?: 'headers' | 'body'
}

/** What an adapter says about itself. */
export interface Host<Request, Settled> {
  /** Its package, for reports. */
  readonly adapter: string
  /** Its function, for messages. */
  readonly face: string
  /** The key of a request where the user has none to give. */
  key(request: Request): string
  method(request: Request): string | undefined
  /** The outcome where the user's `classify` leaves it to the table. */
  outcomeOf(settled: Settled): Outcome
}

/** Options after validation. */
export interface Settings<Request, Settled> {
  readonly registry: CircuitBreakerRegistry
  readonly settleAt: 'headers' | 'body'
  /**
   * @param key  of this one request.
   * @throws TypeError or RangeError for a bad key or bad overrides, or what the user's function threw.
   */
  breakerFor(request: Request, key: string | undefined): CircuitBreaker
  /** What `classify` says, or else the table. */
  outcomeOf(settled: Settled): Outcome
}

const optionNames = ['registry', 'defaults', 'overrides', 'key', 'writes', 'classify', 'settleAt'] as const

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions<Request, Settled>(
  host: Host<Request, Settled>,
  options: HttpOptions<Request, Settled>,
): Settings<Request, Settled> {
  const { defaults, overrides, key, classify, writes = false } = checkObject(host.face, options, optionNames)
  const { settleAt = 'body' } = options
  if (overrides !== undefined) checkFunction('overrides', overrides)
  if (key !== undefined) checkFunction('key', key)
  if (classify !== undefined) checkFunction('classify', classify)
  if (settleAt !== 'headers' && settleAt !== 'body') {
    const problem = typeof settleAt === 'string' ? RangeError : TypeError
    throw new problem(`settleAt must be 'headers' or 'body', got ${format(settleAt)}`)
  }
  const registry = parseRegistry(host.face, options)
  const ofWrites = parseWrites(host.face, writes, defaults)
  const keyOf = (request: Request) =>
    key === undefined ? host.key(request) : checkKey('key must return', key(request))
  return {
    registry,
    settleAt,
    breakerFor(request, own) {
      const isOfWrites = own === undefined && writes !== false && isWrite(host.method(request))
      const name = own ?? (isOfWrites ? `${keyOf(request)} writes` : keyOf(request))
      if ((overrides === undefined && !isOfWrites) || registry.has(name)) return registry.get(name)
      const said = checkBreakerOptions(host.face, 'what overrides returns', overrides?.(name, request))
      return registry.get(name, isOfWrites ? merged(ofWrites, said) : said)
    },
    outcomeOf: (settled) => (classify && askClassify(host.adapter, classify, settled)) ?? host.outcomeOf(settled),
  }
}

function parseRegistry(face: string, { registry, defaults }: HttpOptions<never, never>): CircuitBreakerRegistry {
  if (registry === undefined) {
    return new CircuitBreakerRegistry({ defaults: { ...checkBreakerOptions(face, 'defaults', defaults) } })
  }
  if (defaults !== undefined) {
    throw new TypeError('defaults must be left out where a registry is given: the registry has its own')
  }
  if (typeof registry?.get !== 'function' || typeof registry.snapshot !== 'function') {
    throw new TypeError(`registry must be a CircuitBreakerRegistry, got ${typeName(registry)}`)
  }
  return registry
}

/** Tried at once, so that a mistake shows before the first write. */
function parseWrites(face: string, writes: boolean | Overrides, defaults: Overrides = {}): Overrides | undefined {
  if (typeof writes === 'boolean') return undefined
  if (typeof writes !== 'object' || writes === null) {
    throw new TypeError(`writes must be true, false or an object of breaker options, got ${typeName(writes)}`)
  }
  checkBreakerOptions(face, 'writes', writes)
  try {
    new CircuitBreakerRegistry({ defaults: { ...merged(defaults, writes) } })
  } catch (error) {
    const { message } = error as Error
    ;(error as Error).message = message.startsWith('defaults ')
      ? message.replace('defaults', 'writes')
      : `writes: ${message}`
    throw error
  }
  return writes
}

function merged(under: Overrides | undefined, over: Overrides | undefined): Overrides | undefined {
  if (under === undefined || over === undefined) return under ?? over
  const halfOpen = { ...under.halfOpen, ...over.halfOpen }
  return { ...under, ...over, ...(Object.keys(halfOpen).length > 0 && { halfOpen }) }
}

/** Core checks the rest; this one it would accept, and it would do nothing here. */
function checkBreakerOptions(face: string, option: string, value: Overrides | undefined): Overrides | undefined {
  if (value === undefined) return undefined
  swallowRejection(value)
  if (typeof value !== 'object' || value === null || value instanceof Promise) {
    throw new TypeError(`${option} must be an object of breaker options, got ${typeName(value)}`)
  }
  if (value.classify !== undefined) {
    throw new TypeError(`${option} must not have a classify, it would do nothing: use the classify of ${face}`)
  }
  return value
}
