import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { Outcome, OutcomeEvent } from '@cb/core'
import type { AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { recordOutcomes } from './attempt.ts'

export type ClientOptions = Omit<ProtectAxiosOptions, 'registry'>

/** A protected client that streams, and the outcomes that its breaker counts. */
export function streamingClient(
  axios: AxiosStatic,
  adapter: 'http' | 'fetch',
  baseURL: string,
  options?: ClientOptions,
): {
  get(path: string, config?: AxiosRequestConfig): Promise<AxiosResponse>
  readonly outcomes: readonly OutcomeEvent[]
  outcomeNames(): Outcome[]
} {
  const { registry, outcomes } = recordOutcomes()
  const instance = axios.create({ baseURL, adapter, responseType: 'stream', validateStatus: null })
  protectAxios(instance, { registry, ...options })
  return {
    get: (path, config) => instance.get(path, config),
    outcomes,
    outcomeNames: () => outcomes.map(({ outcome }) => outcome),
  }
}

/** The same body, after its first chunk is read. */
export async function begun<T extends Readable | ReadableStream>(data: T): Promise<T> {
  if (data instanceof Readable) {
    await once(data, 'readable')
    data.read()
  } else {
    const reader = data.getReader()
    await reader.read()
    reader.releaseLock()
  }
  return data
}

export function cancel(data: Readable | ReadableStream, error?: Error): unknown {
  if (!(data instanceof Readable)) return data.cancel(error)
  data.on('error', () => {})
  return data.destroy(error)
}
