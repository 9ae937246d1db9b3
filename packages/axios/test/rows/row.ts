import type { Outcome } from '@cb/core'
import type { Dependency } from '@cb/test-kit'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios'

export type Request = (instance: AxiosInstance, service: Dependency, axios: AxiosStatic) => Promise<AxiosResponse>

/** A request for each row of the table. */
export interface Row {
  readonly what: string
  readonly outcome: Outcome
  /** The code of the error that listeners get, if there is one. */
  readonly code?: string
  readonly request: Request
  readonly only?: 'http' | 'fetch'
  /** A version of axios that never settles such a request. */
  readonly hangsIn?: string
}

export const get =
  (path: string, config?: AxiosRequestConfig): Request =>
  (instance, { origin }) =>
    instance.get(origin + path, config)
