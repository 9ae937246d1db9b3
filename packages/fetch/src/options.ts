import { type Adapter, type HttpOptions, type Settings as HttpSettings, parseOptions as parse } from '@cb/http-rules'
import type { FetchRequest, LazyRequest } from './fetch-request.ts'
import { outcomeOf, type SettledFetch } from './outcome.ts'

/** Options of `protectFetch`. Every option has a default that protects. */
export interface ProtectFetchOptions extends HttpOptions<FetchRequest, SettledFetch> {}

/** Options after validation. */
export type Settings = HttpSettings<FetchRequest, SettledFetch>

const adapter: Adapter<FetchRequest, SettledFetch> = {
  packageName: '@cb/fetch',
  functionName: 'protectFetch',
  key: (request) => (request as LazyRequest).originKey,
  method: ({ method }) => method,
  outcomeOf,
}

/** @throws TypeError or RangeError naming the option, its value and the allowed values. */
export function parseOptions(options: ProtectFetchOptions): Settings {
  return parse(adapter, options)
}
