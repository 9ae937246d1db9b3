import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { CircuitBreaker, Outcome, Permit } from '@cb/core'
import { type IsFailure, isFailed } from './is-failure.ts'
import { isUnavailable } from './unavailable.ts'

/** What a guard goes by. */
export interface Rules {
  readonly breaker: CircuitBreaker
  readonly isFailure: IsFailure | undefined
  /** Whether the verdict is given when the headers are sent, and not at the end. */
  readonly atHeaders: boolean
}

/** A permit that waits for its response. */
interface Hold {
  readonly rules: Rules
  /** Undefined once it is settled. */
  permit: Permit | undefined
  atHeaders: boolean
  /** That of the guard around it. */
  readonly outer: Hold | undefined
}

/** The innermost of each response. Express gives a response another prototype, and to add a property to it afterwards is slow. */
const holds = new WeakMap<ServerResponse, Hold>()

/**
 * Whether its breaker has admitted this request before: a request takes one permit of a breaker, however often it is guarded. A
 * guard further in may know better when to settle it.
 */
export function isHeld(res: ServerResponse, { breaker, atHeaders }: Rules): boolean {
  let hold = holds.get(res)
  while (hold !== undefined && hold.rules.breaker !== breaker) hold = hold.outer
  if (hold !== undefined && atHeaders && !hold.atHeaders) settleAtHeaders(res, hold)
  return hold !== undefined
}

/** Settles the permit when the response closes, which must not have happened yet, or before. */
export function settleLater(res: ServerResponse, permit: Permit, rules: Rules): void {
  const outer = holds.get(res)
  const hold = { rules, permit, atHeaders: false, outer }
  holds.set(res, hold)
  if (rules.atHeaders) settleAtHeaders(res, hold)
  if (outer !== undefined) return
  res.on('close', settleAll)
  if (res.socket === null) watchQueue(res)
}

/** Node.js tells nobody that it sends the headers. */
function settleAtHeaders(res: ServerResponse, hold: Hold): void {
  const { writeHead } = res
  hold.atHeaders = true
  res.writeHead = (...args: unknown[]) => {
    Reflect.apply(writeHead, res, args)
    settle(res, hold)
    return res
  }
}

// One listener for all responses: a closure for each would cost more than the rest of the guard.
function settleAll(this: ServerResponse): void {
  let hold = holds.get(this)
  holds.delete(this) // so that whatever calls again finds nothing
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
    for (const res of queue) settleAll.call(res)
  })
  return queue
}
