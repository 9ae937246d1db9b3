/** What a service is told to be like. */
export type Fault =
  | { readonly mode: 'healthy' }
  | { readonly mode: 'slow' | 'failing'; readonly rate: number; readonly latency: number; readonly for?: number }
  | { readonly mode: 'hanging'; readonly rate: number; readonly for?: number }
  | { readonly mode: 'down'; readonly for?: number }

export type Mode = Fault['mode']

/** The fields that each mode takes besides `mode`. */
const fieldsOf: Readonly<Record<Mode, readonly string[]>> = {
  healthy: [],
  slow: ['rate', 'latency', 'for'],
  failing: ['rate', 'latency', 'for'],
  hanging: ['rate', 'for'],
  down: ['for'],
}

/** How much later a slow service answers unless told otherwise: longer than any caller here waits. */
const slowLatency = 2_000

/** A fault that can't be simulated; `field` is the one to mend, null when the body itself is at fault. */
export class InvalidFault extends Error {
  readonly field: string | null

  constructor(field: string | null, message: string) {
    super(message)
    this.field = field
  }
}

/**
 * Reads the body of `POST /simulate-failure/:service`.
 * @throws InvalidFault naming the field, what it was and what it may be.
 */
export function parseFault(body: unknown): Fault {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidFault(null, 'the body must be a JSON object such as {"mode":"hanging","for":5000}')
  }
  const { mode, ...rest } = body as Record<string, unknown>
  if (!isMode(mode)) {
    throw new InvalidFault('mode', `mode must be one of ${Object.keys(fieldsOf).join(', ')}, got ${show(mode)}`)
  }
  for (const field of Object.keys(rest)) {
    if (!fieldsOf[mode].includes(field)) throw new InvalidFault(field, sayFields(mode, field))
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

function sayFields(mode: Mode, field: string): string {
  const fields = fieldsOf[mode]
  const allowed = fields.length === 0 ? 'nothing else' : fields.join(', ')
  return `${show(field)} is not a field of mode "${mode}"; besides mode it takes ${allowed}`
}

function readRate(value: unknown): number {
  if (value === undefined) return 1
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw new InvalidFault('rate', `rate must be a number > 0 and <= 1, got ${show(value)}`)
}

function readTime(field: string, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw new InvalidFault(field, `${field} must be a number of milliseconds from ${min} to ${max}, got ${show(value)}`)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
