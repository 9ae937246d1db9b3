/** @throws TypeError unless it is an options object with none but the known keys. */
export function checkObject<T>(what: string, value: T, known: readonly string[]): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object, got ${show(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw new TypeError(`${what} has no option ${show(key)}; it may have ${known.join(', ')}`)
  }
  return value
}

/** @throws TypeError unless it is true or false. */
export function checkBoolean(option: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${option} must be true or false, got ${show(value)}`)
}

/** @throws TypeError unless it is left out or has the one method that makes it a provider. */
export function checkProvider(option: string, value: object | undefined, method: string): void {
  if (value === undefined) return
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return
  throw new TypeError(`${option} must be a provider with a method ${method}, got ${show(value)}`)
}

/** A value as it may appear in a message: bounded, and never an object's contents. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
