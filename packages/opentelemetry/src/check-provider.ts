import { format } from '@cb/checks'

/** @throws TypeError unless the value is undefined or has the method of a provider. */
export function checkProvider(option: string, value: object | undefined, method: string): void {
  if (value === undefined) return
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return
  throw new TypeError(`${option} must be a provider with a method ${method}, got ${format(value)}`)
}
