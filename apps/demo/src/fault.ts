/** The simulated behaviour of a service. */
export type Fault =
  | { readonly mode: 'healthy' }
  | { readonly mode: 'slow' | 'failing'; readonly rate: number; readonly latency: number; readonly for?: number }
  | { readonly mode: 'hanging'; readonly rate: number; readonly for?: number }
  | { readonly mode: 'down'; readonly for?: number }

export type Mode = Fault['mode']

/** The fields of each mode, besides `mode`. */
const fieldsOf: Readonly<Record<Mode, readonly string[]>> = {
  healthy: [],
  slow: ['rate', 'latency', 'for'],
  failing: ['rate', 'latency', 'for'],
  hanging: ['rate', 'for'],
  down: ['for'],
}

/** The default delay of a slow service: longer than the timeouts of all callers here. */
const slowLatency = 2_000

/** An invalid fault; `field` is the invalid field, or null if the body itself is invalid. */
export class InvalidFault extends Error {
  readonly field: string | null

  constructor(field: string | null, message: string) {
    super(message)
    this.field = field
  }
}

/**
 * Reads the body of `POST /simulate-failure/:service`.
 * @throws InvalidFault naming the field, its value and the allowed values.
 */
export function parseFault(body: unknown): Fault {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidFault(null, 'the body must be a JSON object such as {"mode":"hanging","for":5000}')
  }
  const { mode, ...rest } = body as Record<string, unknown>
  if (!isMode(mode)) {
    throw new InvalidFault('mode', `mode must be one of ${Object.keys(fieldsOf).join(', ')}, got ${format(mode)}`)
  }
  for (const field of Object.keys(rest)) {
    if (!fieldsOf[mode].includes(field)) {
      const allowed = ['mode', ...fieldsOf[mode]].join(', ')
      throw new InvalidFault(field, `${format(field)} is not a field of mode "${mode}"; allowed fields: ${allowed}`)
    }
  }
  const fault: Record<string, unknown> = { mode }
  if (fieldsOf[mode].includes('rate')) fault['rate'] = readRate(rest['rate'])
  if (fieldsOf[mode].includes('latency')) {
    fault['latency'] = readTime('latency', rest['latency'], 0, 60_000) ?? (mode === 'slow' ? slowLatency : 0)
  }
  const duration = readTime('for', rest['for'], 1, 3_600_000)
  if (duration !== undefined) fault['for'] = duration
  return fault as unknown as Fault
}

function isMode(value: unknown): value is Mode {
  return typeof value === 'string' && Object.hasOwn(fieldsOf, value)
}

function readRate(value: unknown): number {
  if (value === undefined) return 1
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw new InvalidFault('rate', `rate must be a number > 0 and <= 1, got ${format(value)}`)
}

function readTime(field: string, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw new InvalidFault(field, `${field} must be a number of milliseconds from ${min} to ${max}, got ${format(value)}`)
}

function format(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
