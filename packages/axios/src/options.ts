import type { Outcome } from '@cb/core'
import { type Adapter, type HttpOptions, type Settings as HttpSettings, parseOptions as parse } from '@cb/http-rules'
import type { InternalAxiosRequestConfig } from 'axios'
import { originKey } from './key.ts'
import { outcomeOf, type SettledAttempt } from './outcome.ts'

/** Options of `protectAxios`. Every option has a default that protects. */
export interface ProtectAxiosOptions extends HttpOptions<InternalAxiosRequestConfig, SettledAttempt> {}

/** Decides the outcome of an attempt; undefined leaves it to the table. */
export type ClassifyAttempt = (settled: SettledAttempt) => Outcome | undefined

/** Options after validation. */
export type Settings = HttpSettings<InternalAxiosRequestConfig, SettledAttempt>

const adapter: Adapter<InternalAxiosRequestConfig, SettledAttempt> = {
  packageName: '@cb/axios',
  functionName: 'protectAxios',
  key: originKey,
  method: ({ method }) => method,
  outcomeOf,
}

/** @throws TypeError or RangeError naming the option, its value and the allowed values. */
export function parseOptions(options: ProtectAxiosOptions): Settings {
  return parse(adapter, options)
}
