import { askFallback, typeName } from '@cb/checks'
import {
  type Adapter,
  type HttpOptions,
  isFailedUpload,
  isObject,
  isRejectedByPlatform,
  type OwnOptions,
  type Replace,
} from '@cb/http-rules'
import type { FetchRequest, LazyRequest } from './fetch-request.ts'
import { observeResponse } from './observed-response.ts'
import { rejectionResponse } from './rejection-response.ts'
import type { FetchFallback } from './request-protection.ts'

/** Options of `protectFetch`. Every option has a default that protects. */
export interface ProtectFetchOptions extends HttpOptions<FetchRequest, SettledFetch>, OwnOptions {}

/** One attempt that has ended: `response` if there was one, `error` if there was none or its body broke off. */
export interface SettledFetch {
  /** For its status and headers; its body belongs to the caller. */
  readonly response?: Response
  /** The text of the body, with `classifyBody`, once it was read to its end and if it has at most `maxBytes` bytes. */
  readonly body?: string | undefined
  readonly error?: unknown
  readonly request: FetchRequest
}

export const fetchAdapter: Adapter<LazyRequest, Response, SettledFetch> = {
  packageName: '@cb/fetch',
  functionName: 'protectFetch',
  key: ({ originKey }) => originKey,
  method: ({ method }) => method,
  signal: ({ signal }) => signal,
  status: ({ status }) => status,
  /** Undefined also for the response of a fake `fetch` without headers. */
  header: ({ headers }, name) => (headers as Headers | undefined)?.get?.(name),

  settled(request, response, error, readBody) {
    if (response === undefined) return { error, request }
    if (readBody !== undefined) return { response, body: readBody(), request }
    return error === undefined ? { response, request } : { response, error, request }
  },

  isNeutral(error, request) {
    const { body, method, address } = request
    if (isFailedUpload(body, error)) return true
    // Any body will do: the caller's may have been used.
    const isStream = isObject(body) && ('getReader' in body || Symbol.asyncIterator in body)
    const stand = { signal: null, body: body == null ? null : isStream ? new ReadableStream() : '' }
    const duplex = request.request?.body ? { duplex: 'half' as const } : {}
    return isRejectedByPlatform(error, address, request.initWith({ method, ...stand, ...duplex }))
  },

  /** The error of `fetch` about an argument quotes the whole URL. */
  visible: (error, outcome) =>
    outcome === 'ignored' && (error as Error | undefined)?.name === 'TypeError' ? undefined : error,

  respond: rejectionResponse,
  ownOptions: ['whenOpen', 'classifyBody'],

  watch(response, onEnd, isTimed, ...limits) {
    if (isTimed && !isObject(response.body)) onEnd('complete')
    else observeResponse(response, onEnd, ...limits)
  },
}

export const replaceResponse: Replace<FetchRequest, Response, FetchFallback> = async (fallback, error, ...rest) => {
  const [request, response] = rest
  const replacement = await askFallback((cause, of: FetchRequest) => fallback(cause, of, response), error, request)
  if (typeof (replacement as Response | undefined)?.status === 'number') return replacement // of any realm or library
  const got = typeName(replacement)
  throw new TypeError(`circuitBreaker.fallback must return a Response, got ${got}`, { cause: error })
}
