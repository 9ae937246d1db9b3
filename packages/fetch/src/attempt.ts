import type { Outcome, Permit } from '@cb/core'
import { type BodyEnd, type CallTimeout, isBodyAwaited, isObject } from '@cb/http-rules'
import type { FetchRequest } from './fetch-request.ts'
import { observeResponse } from './observed-response.ts'
import type { Settings } from './options.ts'
import { errorFor, headerOf, type SettledFetch } from './outcome.ts'

/** Ends the timeouts of bodies that are dropped unread: only the garbage collector notices those. */
const dropped = new FinalizationRegistry<CallTimeout>((timeout) => timeout.end())

/** An admitted attempt. It settles its permit once; anything later changes nothing. */
export class Attempt {
  readonly request: FetchRequest
  readonly #settings: Settings
  readonly #timeout: CallTimeout | undefined
  readonly #permit: Permit
  #outcome: Outcome | undefined

  constructor(request: FetchRequest, settings: Settings, timeout: CallTimeout | undefined, permit: Permit) {
    this.request = request
    this.#settings = settings
    this.#timeout = timeout
    this.#permit = permit
  }

  /** The call ended without a response. */
  failed(error: unknown): Outcome {
    this.#timeout?.end()
    return this.#settle({ error, request: this.request })
  }

  /** The headers have arrived. They settle the attempt if they decide its outcome; otherwise it settles when the body ends. */
  responded(response: Response): Outcome {
    if (!isObject(response)) return this.failed(undefined) // of a fake `fetch`
    const settled = { response, request: this.request }
    const outcome = this.#settings.outcomeOf(settled)
    const isAwaited =
      this.#settings.settleAt === 'body' &&
      isBodyAwaited(response.status, this.request.method, headerOf(response, 'content-type'))
    const isSettled = outcome !== 'success' || !isAwaited
    if (isSettled) this.#settle(settled, outcome)
    if (!isSettled || this.#isTimed(response.body, isAwaited)) {
      observeResponse(response, (end, error) => this.#bodyEnded(settled, end, error))
    }
    return outcome
  }

  /** Whether a timeout must know when the body ends. It also limits a body that is awaited after the attempt has settled. */
  #isTimed(body: object | null, isAwaited: boolean): boolean {
    const timeout = this.#timeout
    if (timeout === undefined) return false
    if (!isAwaited) timeout.clear()
    if (!isObject(body)) timeout.end()
    else dropped.register(body, timeout)
    return isObject(body)
  }

  #bodyEnded(settled: SettledFetch, end: BodyEnd, error: unknown): void {
    if (end !== 'unread') this.#timeout?.end()
    if (end === 'broken') this.#settle({ ...settled, error: this.#timeout?.exceeded ?? error })
    else this.#settle(settled, end === 'cancelled' ? 'ignored' : 'success')
  }

  /** @param outcome  Default: the outcome that `classify` or the table gives. */
  #settle(settled: SettledFetch, outcome?: Outcome): Outcome {
    if (this.#outcome !== undefined) return this.#outcome
    this.#outcome = outcome ?? this.#settings.outcomeOf(settled)
    this.#permit.settle(this.#outcome, errorFor(settled, this.#outcome))
    return this.#outcome
  }
}
