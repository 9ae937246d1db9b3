import type { Outcome } from '@cb/core'
import type { Dependency } from '@cb/test-kit'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'

export type Request = (instance: AxiosInstance, service: Dependency, axios: AxiosStatic) => Promise<AxiosResponse>

/** One row of the table, or several that must come out alike, with a request that leads there. */
export interface Row {
  readonly what: string
  readonly outcome: Outcome
  /** What the breaker is told; undefined for nothing. */
  readonly code?: string
  readonly request: Request
  readonly only?: 'http' | 'fetch'
}

export const get =
  (path: string, config?: AxiosRequestConfig): Request =>
  (instance, { origin }) =>
    instance.get(origin + path, config)
