import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { Outcome, OutcomeEvent } from '@cb/core'
import type { AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'
import { watched } from './attempt.ts'

export type ClientOptions = Omit<ProtectAxiosOptions, 'registry'>

/** A protected client that streams, and what its breaker is told. */
export function streamingClient(
  axios: AxiosStatic,
  adapter: 'http' | 'fetch',
  baseURL: string,
  options?: ClientOptions,
): {
  get(path: string, config?: AxiosRequestConfig): Promise<AxiosResponse>
  readonly outcomes: readonly OutcomeEvent[]
  told(): Outcome[]
} {
  const { registry, outcomes } = watched()
  const instance = axios.create({ baseURL, adapter, responseType: 'stream', validateStatus: null })
  protectAxios(instance, { registry, ...options })
  return {
    get: (path, config) => instance.get(path, config),
    outcomes,
    told: () => outcomes.map(({ outcome }) => outcome),
  }
}

/** The same, once something of it was read. */
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
