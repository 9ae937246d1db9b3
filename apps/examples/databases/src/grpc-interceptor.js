import { InterceptingCall, Metadata, status } from '@grpc/grpc-js'
import { classifyGrpc } from './grpc.js'

/** In place of a call that is not made. */
const noCall = /** @type {any} */ ({ startRead() {}, cancelWithStatus() {}, getPeer: () => 'none' })

/**
 * `new Users(address, credentials, { interceptors: [breakerInterceptor(breaker)] })`: each call of the client, of whichever of the four kinds,
 * takes a permit, which its status settles. A rejected call has the status `UNAVAILABLE` at once.
 *
 * @param {import('@cb/core').CircuitBreaker} breaker
 * @returns {import('@grpc/grpc-js').Interceptor}
 */
export const breakerInterceptor = (breaker) => (options, nextCall) => {
  const permit = breaker.tryAcquire()
  if (!permit.admitted) {
    const { reason, retryAfterMs } = permit
    const rejection = { code: status.UNAVAILABLE, details: `${breaker.name} is ${reason}`, metadata: new Metadata() }
    if (retryAfterMs !== null) rejection.metadata.set('retry-after-ms', String(Math.ceil(retryAfterMs)))
    return new InterceptingCall(noCall, {
      // Not at once: a stream gets its listeners first.
      start: (_metadata, listener) => process.nextTick(() => listener.onReceiveStatus(rejection)),
    })
  }
  return new InterceptingCall(nextCall(options), {
    start(metadata, _listener, next) {
      next(metadata, {
        onReceiveStatus(received, pass) {
          const failed = { status: /** @type {const} */ ('rejected'), reason: received }
          const outcome = received.code === status.OK ? 'success' : classifyGrpc(failed)
          permit.settle(/** @type {import('@cb/core').Outcome} */ (outcome), received)
          pass(received)
        },
      })
    },
  })
}
