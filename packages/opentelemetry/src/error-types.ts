import { withoutCredentials } from './credentials.ts'
import type { Diagnostics } from './diagnostics.ts'

const maxLength = 64
const maxTypes = 50

/** The value that OpenTelemetry prescribes for an unknown type. */
export const otherType = '_OTHER'

/** Causes may form a circle. */
const deepestCause = 8

/**
 * Values of `error.type`: the `code` of an error or of its nearest cause that has one, a text or an integer, or else the error's name. Each distinct value is
 * a new time series, so there are at most 50; further ones become `_OTHER`.
 */
export class ErrorTypes {
  readonly #known = new Set<string>()
  readonly #diagnostics: Diagnostics

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics
  }

  of(error: unknown): string {
    const type = typeOf(error)
    if (this.#known.has(type)) return type
    if (this.#known.size >= maxTypes) {
      this.#diagnostics.warn(`there are more than ${maxTypes} error types; further ones are ${otherType}`)
      return otherType
    }
    this.#known.add(type)
    return type
  }
}

function typeOf(error: unknown): string {
  try {
    const code = codeOf(error)
    if (code !== undefined) return clean(code)
    const { name } = error as Record<string, unknown>
    // A class that does not set `name` inherits 'Error', which is less specific than the name of the class.
    if (isText(name) && name !== 'Error') return clean(name)
    if (error instanceof Error && isText(error.constructor.name)) return clean(error.constructor.name)
  } catch {
    // null, undefined, or a getter that throws
  }
  return otherType
}

/** `fetch` throws a TypeError for every failed connection; what happened is the code of its cause. */
function codeOf(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth <= deepestCause && typeof current === 'object' && current !== null; depth++) {
    const { code, cause } = current as Record<string, unknown>
    if (isText(code)) return code
    if (Number.isInteger(code) && Object.hasOwn(current, 'code')) return String(code) // that of a DOMException says nothing
    current = cause
  }
  return undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function clean(text: string): string {
  return withoutCredentials(text)
    .slice(0, maxLength)
    .replace(/[^\w.:/-]/g, '_')
}
