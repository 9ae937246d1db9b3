/** Checks of what users pass in. Each throws an error that names the option, what it was and what it may be. */

/** @throws TypeError unless it is an object with none but the known keys. */
export function checkObject<T>(option: string, value: T, known: readonly string[]): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${option} must be an object, got ${kind(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`${option} has no option ${JSON.stringify(key)}; it may have ${known.join(', ')}`)
    }
  }
  return value
}

/** @throws TypeError unless it is a function or left out. */
export function checkOptionalFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${option} must be a function, got ${kind(value)}`)
  }
}

/** What a value is, without its contents: they may be secret. */
export function kind(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
