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
}

/** A finite number within a range. @throws TypeError for another type, RangeError for NaN or a number outside. */
export function checkNumber(option: string, value: unknown, range: NumberRange): number {
  if (typeof value !== 'number') throw new TypeError(`${option} must be ${sayRange(range)}, got ${show(value)}`)
  const { min = Number.NEGATIVE_INFINITY, max = Number.MAX_SAFE_INTEGER, above = Number.NEGATIVE_INFINITY } = range
  const inside = value >= min && value <= max && value > above && (!range.integer || Number.isInteger(value))
  if (!inside) throw new RangeError(`${option} must be ${sayRange(range)}, got ${show(value)}`)
  return value
}

/** The longest delay that a timer can keep; beyond it timers fire at once. */
export const longestTimer = 2_147_483_647

/** Milliseconds above 0. Left out where there is to be no limit, so Infinity is refused. */
export function checkDuration(option: string, value: unknown, max: number = Number.MAX_SAFE_INTEGER): number {
  return checkNumber(option, value, { above: 0, max, unit: ' of milliseconds' })
}

/** @throws TypeError unless it is a function. */
export function checkFunction<T>(option: string, value: T): T {
  if (typeof value !== 'function') throw new TypeError(`${option} must be a function, got ${show(value)}`)
  return value
}

/** @throws TypeError unless it is true or false. */
export function checkBoolean(option: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${option} must be true or false, got ${show(value)}`)
}

/** @throws TypeError unless it is a plain options object with none but the known keys. */
export function checkObject<T>(option: string, value: T, known: readonly string[]): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${option} must be an object, got ${show(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`${option} has no option ${show(key)}; it may have ${known.join(', ')}`)
    }
  }
  return value
}

function sayRange({ min, max, above, integer, unit = '' }: NumberRange): string {
  const kind = `${integer ? 'a whole number' : 'a number'}${unit}`
  if (above !== undefined) return `${kind} above ${above}${max === undefined ? '' : ` and at most ${max}`}`
  return max === undefined ? `${kind}, at least ${min}` : `${kind} from ${min} to ${max}`
}

/** A value as it may appear in a message: bounded, and never an object's contents. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
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
