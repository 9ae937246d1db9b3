import type { Dependency } from '@cb/test-kit'
import type { AxiosInstance, AxiosProgressEvent, AxiosStatic } from 'axios'

/** The input of a scenario: an instance, bare or protected, and a log for the order of events. */
export interface Stage {
  readonly axios: AxiosStatic
  readonly instance: AxiosInstance
  readonly service: Dependency
  readonly adapter: 'http' | 'fetch'
  log(event: string): void
}

export interface Scenario {
  readonly what: string
  readonly run: (stage: Stage) => unknown
  /** A part of the bare instance's trace, to prove that the scenario does what its title says. */
  readonly shows: object
  readonly only?: 'http' | 'fetch'
}

/** The visible results of one scenario, as plain data that can be compared. */
export interface Trace {
  readonly log: readonly string[]
  readonly result?: unknown
  readonly error?: unknown
}

export async function trace(scenario: Scenario, stage: Omit<Stage, 'log'>): Promise<Trace> {
  const log: string[] = []
  try {
    const result = await scenario.run({ ...stage, log: (event) => log.push(event) })
    return { log, result: describe(result) }
  } catch (error) {
    return { log, error: describe(error) }
  }
}

/** The end of a transfer, without its times, which differ. */
export function progress({ loaded, total, lengthComputable, upload, download }: AxiosProgressEvent): string {
  return JSON.stringify({ loaded, total, lengthComputable, upload, download })
}

/** Responses and errors with all properties, except the adapter, which the protection replaces, and values that differ in each run. */
function describe(value: unknown, depth = 0): unknown {
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value !== 'object' || value === null) return value
  const name = value.constructor?.name
  if (
    depth > 3 ||
    /^(ClientRequest|RedirectableRequest|Request|Socket|Agent|AbortSignal|CancelToken|Readable|ReadableStream|IncomingMessage)/.test(
      name,
    )
  )
    return name
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `${name} ${Buffer.from(value as Uint8Array)}`
  if (Array.isArray(value)) return value.map((item) => describe(item, depth + 1))
  const described: Record<string, unknown> = { constructor: name }
  for (const key of new Set([...Object.keys(value), ...(value instanceof Error ? ['name', 'message', 'cause'] : [])])) {
    if (/^(adapter|stack|date|duration|localPort)$/.test(key)) described[key] = key in value
    else described[key] = describe((value as Record<string, unknown>)[key], depth + 1)
  }
  return described
}
