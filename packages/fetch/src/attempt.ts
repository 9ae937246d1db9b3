import type { Outcome, Permit } from '@cb/core'
import { type BodyEnd, type CallLimit, isBodyAwaited, isObject } from '@cb/http-rules'
import type { FetchRequest } from './fetch-request.ts'
import type { Settings } from './options.ts'
import { errorFor, headerOf, type SettledFetch } from './outcome.ts'
import { watchBody } from './watched-response.ts'

/** Limits whose bodies were dropped unread: only the garbage collector knows of those. */
const dropped = new FinalizationRegistry<CallLimit>((limit) => limit.end())

/** An admitted attempt. Its permit is settled once, however often it is said how it went. */
export class Attempt {
  readonly request: FetchRequest
  readonly #settings: Settings
  readonly #limit: CallLimit | undefined
  readonly #permit: Permit
  #outcome: Outcome | undefined

  constructor(request: FetchRequest, settings: Settings, limit: CallLimit | undefined, permit: Permit) {
    this.request = request
    this.#settings = settings
    this.#limit = limit
    this.#permit = permit
  }

  /** There was no answer. */
  failed(error: unknown): Outcome {
    this.#limit?.end()
    return this.#settle({ error, request: this.request })
  }

  /** The headers are there, and settle it if they say enough; otherwise it is settled when it is known what becomes of the body. */
  answered(response: Response): Outcome {
    if (!isObject(response)) return this.failed(undefined) // a fake one
    const settled = { response, request: this.request }
    const outcome = this.#settings.outcomeOf(settled)
    const isAwaited =
      this.#settings.settleAt === 'body' &&
      isBodyAwaited(response.status, this.request.method, headerOf(response, 'content-type'))
    const isSettled = outcome !== 'success' || !isAwaited
    if (isSettled) this.#settle(settled, outcome)
    if (!isSettled || this.#limits(response.body, isAwaited)) {
      watchBody(response, (end, error) => this.#bodyEnded(settled, end, error))
    }
    return outcome
  }

  /** Whether there is a limit that has to know when the body ends. It holds for a body that is awaited, settled or not. */
  #limits(body: object | null, isAwaited: boolean): boolean {
    const limit = this.#limit
    if (limit === undefined) return false
    if (!isAwaited) limit.lift()
    if (!isObject(body)) limit.end()
    else dropped.register(body, limit)
    return isObject(body)
  }

  #bodyEnded(settled: SettledFetch, end: BodyEnd, error: unknown): void {
    if (end !== 'unread') this.#limit?.end()
    if (end === 'broken') this.#settle({ ...settled, error: this.#limit?.exceeded ?? error })
    else this.#settle(settled, end === 'cancelled' ? 'ignored' : 'success')
  }

  /** @param outcome  Default: what `classify` or the table makes of it. */
  #settle(settled: SettledFetch, outcome?: Outcome): Outcome {
    if (this.#outcome !== undefined) return this.#outcome
    this.#outcome = outcome ?? this.#settings.outcomeOf(settled)
    this.#permit.settle(this.#outcome, errorFor(settled, this.#outcome))
    return this.#outcome
  }
}
