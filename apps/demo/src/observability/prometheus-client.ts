/** The timeout of a request. */
const patience = 10_000

/** The value of one series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The values of one series over a time. */
export interface Range {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
}

interface Series {
  readonly metric: Record<string, string>
  readonly value?: [number, string]
  readonly values?: [number, string][]
}

/** A client of the HTTP API of Prometheus. All methods throw an Error with the message of Prometheus if a query fails. */
export class PrometheusClient {
  readonly origin: string

  constructor(origin: string) {
    this.origin = origin
  }

  /** @param at  milliseconds since the epoch. Default now. */
  async query(promql: string, at: number = Date.now()): Promise<Sample[]> {
    const { result } = await this.#get<{ result: Series[] }>('query', { query: promql, time: seconds(at) })
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value?.[1]) }))
  }

  /** The values of each series over a time. Times are milliseconds since the epoch. */
  async queryRange(promql: string, from: number, to: number, step: number): Promise<Range[]> {
    const range = { start: seconds(from), end: seconds(to), step: seconds(step) }
    const { result } = await this.#get<{ result: Series[] }>('query_range', { query: promql, ...range })
    return result.map(({ metric, values = [] }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)),
    }))
  }

  async alerts(): Promise<Alert[]> {
    return (await this.#get<{ alerts: Alert[] }>('alerts', {})).alerts
  }

  async #get<T>(what: string, parameters: Record<string, string>): Promise<T> {
    const url = `${this.origin}/api/v1/${what}?${new URLSearchParams(parameters)}`
    const response = await fetch(url, { signal: AbortSignal.timeout(patience) })
    const { data, error } = (await response.json()) as { data: T; error?: string }
    if (error !== undefined) throw new Error(`prometheus: ${error}`)
    return data
  }
}

function seconds(ms: number): string {
  return String(ms / 1_000)
}
