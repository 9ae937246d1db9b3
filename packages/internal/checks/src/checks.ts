/**
 * Checks of what users pass in, for all packages: each throws an error that names the option, what it was and what it may be.
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

/** @throws TypeError, or the `Refusal` given, unless it is as expected. */
export function checkThat(
  holds: boolean,
  option: string,
  expected: string,
  value: unknown,
  Refusal: ErrorConstructor = TypeError,
): asserts holds {
  if (!holds) throw new Refusal(`${option} must be ${expected}, got ${show(value)}`)
}

/** A finite number within a range. @throws TypeError for another type, RangeError for NaN or a number outside. */
export function checkNumber(option: string, value: unknown, range: NumberRange): number {
  const { min = -Infinity, max = Number.MAX_SAFE_INTEGER, above = -Infinity, integer } = range
  const isNumber = typeof value === 'number'
  if (isNumber && value >= min && value <= max && value > above && (!integer || Number.isInteger(value))) return value
  checkThat(false, option, sayRange(range), value, isNumber ? RangeError : TypeError)
}

/** The longest delay that a timer can keep; beyond it timers fire at once. */
export const longestTimer = 2_147_483_647

// Ranges that many options have. A limit is left out where there is to be none, so Infinity is refused.
export const milliseconds: NumberRange = { above: 0, max: Number.MAX_SAFE_INTEGER, unit: ' of milliseconds' }
export const timerMilliseconds: NumberRange = { ...milliseconds, max: longestTimer }
export const count: NumberRange = { min: 0, integer: true, needed: true }
export const atLeastOne: NumberRange = { min: 1, integer: true }
export const share: NumberRange = { min: 0, max: 1 }
export const shareAboveNone: NumberRange = { above: 0, max: 1 }

/** @throws TypeError unless it is a function. */
export function checkFunction<T>(option: string, value: T): T {
  checkThat(typeof value === 'function', option, 'a function', value)
  return value
}

/** @throws TypeError unless it is true or false. */
export function checkBoolean(option: string, value: boolean): boolean {
  checkThat(typeof value === 'boolean', option, 'true or false', value)
  return value
}

/** @throws TypeError unless it is a plain options object with none but the known keys. */
export function checkObject<T>(option: string, value: T, known: readonly string[]): T {
  checkThat(typeof value === 'object' && value !== null && !Array.isArray(value), option, 'an object', value)
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`${option} has no option ${show(key)}; it may have ${known.join(', ')}`)
    }
  }
  return value
}

/**
 * An options object with none but the keys of `ranges`, each number that is given within its own; null is for what is no number.
 * @param joint  between the name of the object and that of an option in messages.
 */
export function checkOptions<T extends object>(
  option: string,
  value: T,
  ranges: { readonly [Name in keyof T]-?: NumberRange | null },
  joint = ' ',
): T {
  checkObject(option, value, Object.keys(ranges))
  for (const name in ranges) {
    const range = ranges[name]
    if (range && (range.needed || value[name] !== undefined)) checkNumber(option + joint + name, value[name], range)
  }
  return value
}

function sayRange({ min, max, above, integer, unit = '' }: NumberRange): string {
  const kind = `${integer ? 'a whole number' : 'a number'}${unit}`
  if (min === undefined) return `${kind} above ${above}${max === undefined ? '' : ` and at most ${max}`}`
  return max === undefined ? `${kind}, at least ${min}` : `${kind} from ${min} to ${max}`
}

/** A value as it may appear in a message: bounded, and never an object's contents. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
  if (typeof value === 'object' || typeof value === 'function') return kind(value)
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

/** What a value is, without the value: for what may be secret. */
export function kind(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
