import { withoutCredentials } from './credentials.ts'

const maxLength = 64
const maxTypes = 50

/** The value that OpenTelemetry prescribes for an unknown type. */
export const otherType = '_OTHER'

/**
 * Values of `error.type`: an error's `code`, or else its name. Each distinct value is a new time series, so there are at most 50;
 * further ones become `_OTHER`.
 */
export class ErrorTypes {
  readonly #known = new Set<string>()

  of(error: unknown): string {
    const type = typeOf(error)
    if (this.#known.has(type)) return type
    if (this.#known.size >= maxTypes) return otherType
    this.#known.add(type)
    return type
  }
}

function typeOf(error: unknown): string {
  try {
    const { code, name } = error as Record<string, unknown>
    if (isText(code)) return clean(code)
    // A class that does not set `name` inherits 'Error', which is less specific than the name of the class.
    if (isText(name) && name !== 'Error') return clean(name)
    if (error instanceof Error && isText(error.constructor.name)) return clean(error.constructor.name)
  } catch {
    // null, undefined, or a getter that throws
  }
  return otherType
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function clean(text: string): string {
  return withoutCredentials(text)
    .slice(0, maxLength)
    .replace(/[^\w.:/-]/g, '_')
}
