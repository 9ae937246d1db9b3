import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { CircuitBreaker, Outcome, Permit } from '@cb/core'
import { type IsFailure, isFailed } from './is-failure.ts'
import { isUnavailable } from './unavailable.ts'

/** The settings of a guard. */
export interface Rules {
  readonly breaker: CircuitBreaker
  readonly isFailure: IsFailure | undefined
  /** Whether the permit settles when the headers are sent, not at the end. */
  readonly atHeaders: boolean
}

/** The permit of a response. */
interface Hold {
  readonly rules: Rules
  /** Undefined after it has settled. */
  permit: Permit | undefined
  atHeaders: boolean
  /** The one of the guard around this guard. */
  readonly outer: Hold | undefined
}

/** The innermost of each response. Not a property, because adding one after Express has replaced the prototype is slow. */
const holds = new WeakMap<ServerResponse, Hold>()

/**
 * Whether this request already has a permit of the breaker: it takes one, even if several guards have that breaker. An inner guard may
 * still decide to settle that permit at the headers.
 */
export function isHeld(res: ServerResponse, { breaker, atHeaders }: Rules): boolean {
  let hold = holds.get(res)
  while (hold !== undefined && hold.rules.breaker !== breaker) hold = hold.outer
  if (hold !== undefined && atHeaders && !hold.atHeaders) settleAtHeaders(res, hold)
  return hold !== undefined
}

/** Settles the permit at the headers of the response or when it closes. The response must not be closed yet. */
export function settleLater(res: ServerResponse, permit: Permit, rules: Rules): void {
  const outer = holds.get(res)
  const hold = { rules, permit, atHeaders: false, outer }
  holds.set(res, hold)
  if (rules.atHeaders) settleAtHeaders(res, hold)
  // The client of a pipelined request has left before the guard: no event will follow.
  if (res.socket === null && res.req.socket.destroyed) return settle(res, hold)
  if (outer !== undefined) return
  res.on('close', settleAll)
  if (res.socket === null) settleWithConnection(res)
}

/** Node.js has no event for sending the headers. */
function settleAtHeaders(res: ServerResponse, hold: Hold): void {
  const { writeHead } = res
  hold.atHeaders = true
  res.writeHead = (...args: unknown[]) => {
    Reflect.apply(writeHead, res, args)
    settle(res, hold)
    return res
  }
}

// One function for all responses: a closure for each would cost more than the rest of the guard.
function settleAll(this: ServerResponse): void {
  let hold = holds.get(this)
  holds.delete(this) // so that a second call finds nothing
  for (; hold !== undefined; hold = hold.outer) settle(this, hold)
}

function settle(res: ServerResponse, hold: Hold): void {
  const { permit } = hold
  if (permit === undefined) return
  hold.permit = undefined
  permit.settle(outcomeOf(res, hold))
}

function outcomeOf(res: ServerResponse, { atHeaders, rules }: Hold): Outcome {
  if (isUnavailable(res)) return 'ignored' // another breaker's rejection
  const isComplete = atHeaders ? res.headersSent : res.writableFinished
  if (!isComplete && hasClientLeft(res)) return 'ignored'
  return isFailed(res, isComplete, rules.isFailure) ? 'failure' : 'success'
}

/**
 * Whether the client ended the connection before the response was complete: the readable side has ended, or the connection has an error
 * of its own. If the handler has destroyed it, it has neither, or the error that the handler passed.
 */
function hasClientLeft({ req, socket, errored }: ServerResponse): boolean {
  if (socket === null || req.socket.readableEnded) return true
  const cause = req.socket.errored
  return cause !== null && cause !== errored && cause !== req.errored
}

const queues = new WeakMap<Socket, Set<ServerResponse>>()

/**
 * A pipelined response has no socket before its turn, and Node.js does not close it when the connection ends. The `close` event of its
 * request does not help, because it may come as soon as the body is read.
 */
function settleWithConnection(res: ServerResponse): void {
  const { socket } = res.req
  const queue = queues.get(socket) ?? openQueue(socket)
  queue.add(res)
  res.on('close', () => queue.delete(res))
}

function openQueue(socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>()
  queues.set(socket, queue)
  socket.on('close', () => {
    for (const res of queue) settleAll.call(res)
  })
  return queue
}
