import type { CallTimeoutError, CircuitOpenError, Outcome } from '@cb/core'
import type { OnBodyEnd } from './body.ts'
import type { IdleTimer } from './idle-timer.ts'
import type { Signal } from './signal.ts'

/** The text of a body that was read; undefined if it is too long. */
export type ReadBody = () => string | undefined

/** What an adapter knows of its HTTP library: how to read a request and a response, and how to watch a body. */
export interface Adapter<Request, Response extends object, Settled> {
  /** For warnings. */
  readonly packageName: string
  /** The public function, for error messages. */
  readonly functionName: string
  /** The key of a request without a `key` option. */
  key(request: Request): string
  method(request: Request): string | undefined
  /** The caller's own. @param error  of the attempt, if it has failed. */
  signal(request: Request, error?: unknown): Signal | null | undefined
  status(response: Response): number
  /** @param name  in lower case. */
  header(response: Response, name: string): unknown
  /**
   * What `classify` receives: it has an error if there is no response, or if its body broke off.
   * @param readBody  the text of the body, with `classifyBody`, once it was read.
   */
  settled(request: Request, response: Response | undefined, error: unknown, readBody?: ReadBody): Settled
  /** Calls `look`, the user's `classify`, while the response shows what the caller will get of it. Default: it does anyhow. */
  present?<T>(response: Response, request: Request, look: () => T): T
  /** The response that an error carries. */
  responseOf?(error: unknown): Response | undefined
  /** Whether there is a complete response besides the error, so that its status decides. Default: never. */
  isComplete?(response: Response): boolean
  /** Whether an error that no list has says nothing about the service, such as a mistake of the caller. */
  isNeutral?(error: unknown, request: Request): boolean
  /** The error that listeners get for an error of the library. Default: the same. */
  visible?(error: unknown, outcome: Outcome): unknown
  /** Whether the caller has yet to read the body. Default: always. */
  isStreamed?(response: Response): boolean
  /**
   * Reports how the body ends. Absent where the adapter does that by itself.
   * @param isTimed  that must be known of an unread body too. @param idle  to be started while the reader waits for a chunk.
   * @param maxBytes  of the text that `onEnd` gets. Default: none.
   */
  watch?(response: Response, onEnd: OnBodyEnd, isTimed: boolean, idle?: IdleTimer, maxBytes?: number): void
  /** Ends the body when the time is over, where the signal does not do that with this error. */
  endBody?(response: Response, error: unknown): void
  /** A response without its body, which broke off. Default: the same response. */
  withoutBody?(response: Response): Response
  /** The error that the caller gets for a call that takes too long. Default: the same. */
  timeoutError?(error: CallTimeoutError | DOMException, milliseconds: number, request: Request): unknown
  /** The error that the caller gets for a call that is rejected. Default: the same. */
  rejection?(error: CircuitOpenError, request: Request): unknown
  /** Answers a call that is rejected, with `whenOpen: 'respond'`. */
  respond?(rejection: CircuitOpenError): Response
  /** The options that only this adapter has. */
  readonly ownOptions?: readonly string[]
  /** Called once, before an attempt is classified and so before the caller gets its result. */
  release?(request: Request): void
}

/** How an attempt has ended, and the error that listeners get. */
export interface Settlement {
  readonly outcome: Outcome
  readonly error: unknown
}
