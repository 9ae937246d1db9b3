/**
 * Checks of users' input, for all packages: each throws an error that names the option, what it was and what it may be.
 * Built into the packages that use it.
 */

export interface NumberRange {
  min?: number
  max?: number
  /** The lower end itself is not allowed. */
  above?: number
  integer?: boolean
  unit?: string
  /** Of an option: it has no default. */
  needed?: boolean
}

/** Options of which none is undefined. */
export type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

/** @throws TypeError, or the `ErrorClass` given, unless `holds`. */
export function assertOption(
  holds: boolean,
  option: string,
  expected: string,
  value: unknown,
  ErrorClass: ErrorConstructor = TypeError,
): asserts holds {
  if (!holds) throw new ErrorClass(`${option} must be ${expected}, got ${format(value)}`)
}

/** A finite number within a range. @throws TypeError for another type, RangeError for NaN or a number outside. */
export function checkNumber(option: string, value: unknown, range: NumberRange): number {
  const { min = -Infinity, max = Number.MAX_SAFE_INTEGER, above = -Infinity, integer } = range
  const isNumber = typeof value === 'number'
  if (isNumber && value >= min && value <= max && value > above && (!integer || Number.isInteger(value))) return value
  assertOption(false, option, describeRange(range), value, isNumber ? RangeError : TypeError)
}

/** The longest delay that a timer can keep; beyond it timers fire at once. */
export const longestTimer = 2_147_483_647

// Ranges that many options have. Infinity is outside of each: an option without a limit is left out.
export const milliseconds: NumberRange = { above: 0, unit: ' of milliseconds' }
export const timerMilliseconds: NumberRange = { above: 0, max: longestTimer, unit: ' of milliseconds' }
export const nonNegativeInteger: NumberRange = { min: 0, integer: true, needed: true }
export const positiveInteger: NumberRange = { min: 1, integer: true }
export const ratio: NumberRange = { min: 0, max: 1 }
export const positiveRatio: NumberRange = { above: 0, max: 1 }

/** @throws TypeError unless it is a function. */
export function checkFunction<T>(option: string, value: T): T {
  assertOption(typeof value === 'function', option, 'a function', value)
  return value
}

/** @throws TypeError unless it is a boolean. */
export function checkBoolean(option: string, value: boolean): boolean {
  assertOption(typeof value === 'boolean', option, 'a boolean', value)
  return value
}

/**
 * @param meant  what other names probably stand for.
 * @throws TypeError unless it is a plain options object with none but the known keys.
 */
export function checkObject<T>(
  option: string,
  value: T,
  known: readonly string[],
  meant?: ReadonlyMap<string, string>,
): T {
  assertOption(typeof value === 'object' && value !== null && isPlain(value), option, 'an object', value)
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const hint = meant?.has(key) ? `: did you mean ${meant.get(key)}?` : `; known options: ${known.join(', ')}`
    throw new TypeError(`unknown option ${format(key)} in ${option}${hint}`)
  }
  return value
}

/** Not an array; a promise, a Map and other instances of classes neither, unless they have properties of their own. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  const isBare = prototype === null || Object.getPrototypeOf(prototype) === null
  return !Array.isArray(value) && (isBare || Object.keys(value).length > 0)
}

/** As `checkObject`. @returns a copy with its own properties only, because a polluted `Object.prototype` must not set an option. */
export function ownOptions<T>(
  option: string,
  value: T,
  known: readonly string[],
  meant?: ReadonlyMap<string, string>,
): T {
  return Object.assign(Object.create(null), checkObject(option, value, known, meant))
}

/**
 * A copy of an options object with none but the keys of `ranges`, each number that is given within its own; null stands for an option that is not a number.
 * @param joint  between the name of the object and that of an option in messages.
 */
export function checkOptions<T extends object>(
  option: string,
  value: T,
  ranges: { readonly [Name in keyof T]-?: NumberRange | null },
  joint = ' ',
): T {
  const names = Object.keys(ranges) as (keyof T & string)[]
  const own = ownOptions(joint === ' ' ? `${option} options` : option, value, names)
  for (const name of names) {
    const range = ranges[name]
    if (range && (range.needed || own[name] !== undefined)) checkNumber(option + joint + name, own[name], range)
  }
  return own
}

function describeRange({ min, max, above, integer, unit = '' }: NumberRange): string {
  const type = `${integer ? 'an integer' : 'a number'}${unit}`
  if (min !== undefined && max !== undefined) return `${type} from ${min} to ${max}`
  const lower = min === undefined ? ` > ${above}` : ` >= ${min}`
  return above === undefined && min === undefined ? type : `${type}${lower}${max === undefined ? '' : ` and <= ${max}`}`
}

/** A value as it may appear in a message: bounded, and never an object's contents. */
export function format(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
  if (typeof value === 'object' || typeof value === 'function') return typeName(value)
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

/** The type of a value without the value, which may be secret. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return 'an array'
  if (Object.prototype.toString.call(value) === '[object Promise]') return 'a promise'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
