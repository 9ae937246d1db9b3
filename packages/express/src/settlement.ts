import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { CircuitBreaker, Outcome, Permit } from '@cb/core'
import { askIsFailure, type IsFailure } from './is-failure.ts'
import { isUnavailable } from './unavailable.ts'

/** A permit that waits for the end of its response. */
interface Hold {
  readonly permit: Permit
  readonly breaker: CircuitBreaker
  readonly isFailure: IsFailure
  /** That of the guard around it. */
  readonly outer: Hold | undefined
}

const innermost: unique symbol = Symbol('@cb/express/innermost')
type HeldResponse = ServerResponse & { [innermost]?: Hold | undefined }

/** Whether this breaker has admitted this request before: a request takes one permit of a breaker, however often it is guarded. */
export function holdsPermitOf(breaker: CircuitBreaker, res: HeldResponse): boolean {
  for (let hold = res[innermost]; hold !== undefined; hold = hold.outer) if (hold.breaker === breaker) return true
  return false
}

/** Settles the permit when the response closes, which must not have happened yet. */
export function settleAtClose(res: HeldResponse, permit: Permit, breaker: CircuitBreaker, isFailure: IsFailure): void {
  const outer = res[innermost]
  res[innermost] = { permit, breaker, isFailure, outer }
  if (outer !== undefined) return
  res.on('close', settle)
  if (res.socket === null) watchQueue(res)
}

// One listener for all responses: a closure for each would cost more than the rest of the guard.
function settle(this: HeldResponse): void {
  let hold = this[innermost]
  this[innermost] = undefined // so that whatever calls again finds nothing
  for (; hold !== undefined; hold = hold.outer) hold.permit.settle(outcomeOf(this, hold.isFailure))
}

function outcomeOf(res: ServerResponse, isFailure: IsFailure): Outcome {
  if (isUnavailable(res)) return 'ignored' // another breaker's rejection
  if (!res.writableFinished && hasClientLeft(res)) return 'ignored'
  return askIsFailure(isFailure, res) ? 'failure' : 'success'
}

/**
 * Who ended the connection before the response was complete? A client's goodbye is an end of what can be read, or an error of
 * the connection itself. What the handler destroys has neither, or the very error that it gave.
 */
function hasClientLeft({ req, socket, errored }: ServerResponse): boolean {
  if (socket === null || req.socket.readableEnded) return true
  const cause = req.socket.errored
  return cause !== null && cause !== errored && cause !== req.errored
}

const queues = new WeakMap<Socket, Set<ServerResponse>>()

/**
 * A pipelined response that waits for its turn has no socket yet, and Node.js does not close it when the connection ends. Its
 * request's `close` is no help: it may come as soon as the body is read.
 */
function watchQueue(res: ServerResponse): void {
  const { socket } = res.req
  const queue = queues.get(socket) ?? openQueue(socket)
  queue.add(res)
  res.on('close', () => queue.delete(res))
}

function openQueue(socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>()
  queues.set(socket, queue)
  socket.on('close', () => {
    for (const res of queue) settle.call(res)
  })
  return queue
}
