import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { RequestProtection } from './request-protection.ts'

/** Asks the fallback and makes a response of what it returns. If it throws, its error keeps the original as `cause`. */
export async function answerInstead(
  fallback: NonNullable<RequestProtection['fallback']>,
  error: unknown,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  let data: unknown
  try {
    data = await fallback(error, config)
  } catch (problem) {
    throw withCause(problem, error)
  }
  // axios transforms after the adapter, by this very config. Whoever repeats the request does so by the response's own.
  const response = { data, status: 200, statusText: 'Fallback', headers: {}, config: { ...config } }
  config.transformResponse = []
  return response
}

function withCause(problem: unknown, cause: unknown): unknown {
  if (problem instanceof Error && problem !== cause && problem.cause === undefined && Object.isExtensible(problem)) {
    Object.defineProperty(problem, 'cause', { value: cause, configurable: true, writable: true })
  }
  return problem
}
