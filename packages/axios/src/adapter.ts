import { askFallback } from '@cb/checks'
import {
  type Adapter,
  type HttpOptions,
  isFailedUpload,
  isObject,
  isRejectedByPlatform,
  type Replace,
} from '@cb/http-rules'
import { Axios, type AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import { originKey } from './key.ts'
import { restore } from './lent-config.ts'
import { isNodeStream } from './node-stream.ts'
import { asAxiosError } from './rejection.ts'
import type { RequestProtection } from './request-protection.ts'
import { isStreamed, watchBody } from './response-body.ts'
import { withTransformedData } from './transformed-data.ts'

/** Options of `protectAxios`. Every option has a default that protects. */
export interface ProtectAxiosOptions extends HttpOptions<InternalAxiosRequestConfig, SettledAttempt> {}

/** Decides the outcome of an attempt. An Error means a failure with that error; undefined leaves it to the table. */
export type ClassifyAttempt = NonNullable<ProtectAxiosOptions['classify']>

/**
 * One attempt that has ended: `error` if axios rejects or the body breaks off, `response` if there was one, with its data as you will
 * get them. It has both if `validateStatus` rejects the status.
 */
export interface SettledAttempt {
  readonly response?: AxiosResponse
  readonly error?: unknown
  readonly config: InternalAxiosRequestConfig
}

/** @param errorClass  from the instance's own copy of axios. */
export function axiosAdapter(
  errorClass: typeof AxiosError,
): Adapter<InternalAxiosRequestConfig, AxiosResponse, SettledAttempt> {
  return {
    packageName: '@cb/axios',
    functionName: 'protectAxios',
    key: originKey,
    method: ({ method }) => method,
    signal: ({ signal }) => signal,
    status: ({ status }) => status,
    /** Case-insensitive, also for the plain headers of a user's own adapter. */
    header: ({ headers }, name) => AxiosHeaders.from(headers as AxiosHeaders).get(name),
    settled: (config, response, error) => ({
      ...(response && { response }),
      ...(error !== undefined && { error }),
      config,
    }),
    present: (response, config, look) =>
      'data' in response && !isStreamed(response) ? withTransformedData(response, config, look) : look(),
    responseOf: (error) => {
      const { response } = (error ?? {}) as AxiosError
      return isObject(response) ? response : undefined
    },
    /** A body that was cut off leaves a response without `data`. */
    isComplete: (response) => 'data' in response,
    isNeutral: (error, config) =>
      isSizeLimit(error, config) ||
      isStaleConnection(error) ||
      isFailedUpload(config.data, error) ||
      isUnserializable(error, config) ||
      isRejectedByPlatform(error, 'http://localhost', { method: config.method, headers: { ...config.headers } }),
    isStreamed,
    watch: watchBody,
    endBody: ({ data }, error) => isNodeStream(data) && data.destroy(error as Error),
    withoutBody: ({ data: _, ...rest }) => rest as AxiosResponse,
    /** The error that axios throws for its own `timeout`. */
    timeoutError(exceeded, milliseconds, config) {
      const error = new errorClass(`timeout of ${milliseconds}ms exceeded`, errorClass.ETIMEDOUT, config)
      return Object.defineProperty(error, 'cause', { value: exceeded, configurable: true, writable: true })
    },
    rejection: asAxiosError,
    release: restore,
  }
}

/** `maxContentLength` was exceeded; the same code with a response means that the body was cut off. */
function isSizeLimit(error: unknown, { maxContentLength = -1 }: InternalAxiosRequestConfig): boolean {
  const { code, response } = (error ?? {}) as AxiosError
  return code === 'ERR_BAD_RESPONSE' && response === undefined && maxContentLength > -1
}

/** The server had closed a kept-alive connection when the request was sent on it, and answered nothing, as Node.js reports. */
function isStaleConnection(error: unknown): boolean {
  const { code, request } = (error ?? {}) as AxiosError
  const { reusedSocket, res } = request?._currentRequest ?? request ?? {} // the first of follow-redirects
  return (code === 'ECONNRESET' || code === 'EPIPE') && reusedSocket === true && res == null
}

/** The caller's serializer of parameters throws: axios is asked again. */
function isUnserializable(error: unknown, config: InternalAxiosRequestConfig): boolean {
  try {
    new Axios({}).getUri(config)
    return false
  } catch (mistake) {
    return (mistake as Error | undefined)?.message === (error as Error | undefined)?.message
  }
}

/** Calls the fallback and makes a response of its return value. */
export const replaceData: Replace<
  InternalAxiosRequestConfig,
  AxiosResponse,
  NonNullable<RequestProtection['fallback']>
> = async (fallback, error, config) => {
  const data = await askFallback(fallback, error, config)
  // axios transforms the data after the adapter, with this config object. A retry uses the copy, which still transforms.
  const response = { data, status: 200, statusText: 'Fallback', headers: {}, config: { ...config } }
  config.transformResponse = []
  return response
}
