import { status } from '@grpc/grpc-js'

/** What only a server in trouble answers, or what the client reports when there is no answer. */
const trouble = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
])

/**
 * What a status of `@grpc/grpc-js` says about the server. Most of them prove that the server works, and are a `success`: it read the request
 * and said no. `CANCELLED` is `ignored` if the caller cancelled; a server that goes away during a call cancels it too, which is a `failure`.
 *
 * @type {import('@cb/core').Classify}
 */
export function classifyGrpc(settled) {
  if (settled.status === 'fulfilled') return 'success'
  const { code, details } = settled.reason ?? {}
  if (typeof code !== 'number') return undefined // not a status: the default decides
  if (code === status.CANCELLED) return details === 'Cancelled on client' ? 'ignored' : 'failure'
  return trouble.has(code) ? 'failure' : 'success'
}

/**
 * A unary call as a promise: `breaker.execute(unary((done) => client.getUser({ id: 42 }, done)))`. The breaker's `callTimeout` and the
 * caller's signal cancel it.
 *
 * @template Response
 * @param {(done: import('@grpc/grpc-js').requestCallback<Response>) => import('@grpc/grpc-js').ClientUnaryCall} start
 * @returns {(signal: AbortSignal) => Promise<Response | undefined>}
 */
export function unary(start) {
  return (signal) =>
    new Promise((resolve, reject) => {
      const call = start((error, response) => (error ? reject(error) : resolve(response)))
      signal.addEventListener('abort', () => call.cancel())
    })
}
