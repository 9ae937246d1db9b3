import { type Host, type HttpOptions, type Settings as HttpSettings, parseOptions as parse } from '@cb/http-rules'
import type { FetchRequest, GivenRequest } from './fetch-request.ts'
import { outcomeOf, type SettledFetch } from './outcome.ts'

/** What `protectFetch` may be given. Every option has a default that protects. */
export interface ProtectFetchOptions extends HttpOptions<FetchRequest, SettledFetch> {}

/** Options after validation. */
export type Settings = HttpSettings<FetchRequest, SettledFetch>

const host: Host<FetchRequest, SettledFetch> = {
  adapter: '@cb/fetch',
  face: 'protectFetch',
  key: (request) => (request as GivenRequest).origin,
  method: ({ method }) => method,
  outcomeOf,
}

/** @throws TypeError or RangeError naming the option, what it was and what it may be. */
export function parseOptions(options: ProtectFetchOptions): Settings {
  return parse(host, options)
}
