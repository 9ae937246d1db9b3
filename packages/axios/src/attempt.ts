import type { Outcome, Permit } from '@cb/core'
import type { CallLimit } from '@cb/http-rules'
import type { InternalAxiosRequestConfig } from 'axios'
import type { Settings } from './options.ts'
import { errorFor, type SettledAttempt } from './outcome.ts'

/** An admitted attempt. Its permit is settled once, however often it is said how it went. */
export class Attempt {
  readonly config: InternalAxiosRequestConfig
  readonly settings: Settings
  readonly limit: CallLimit | undefined
  readonly #permit: Permit
  #outcome: Outcome | undefined

  constructor(config: InternalAxiosRequestConfig, settings: Settings, limit: CallLimit | undefined, permit: Permit) {
    this.config = config
    this.settings = settings
    this.limit = limit
    this.#permit = permit
  }

  /** @param outcome  Default: what `classify` or the table makes of it. */
  settle(settled: SettledAttempt, outcome?: Outcome): Outcome {
    this.limit?.lift()
    this.#outcome ??= this.#settle(settled, outcome ?? this.settings.outcomeOf(settled))
    return this.#outcome
  }

  #settle(settled: SettledAttempt, outcome: Outcome): Outcome {
    this.#permit.settle(outcome, errorFor(settled, outcome))
    return outcome
  }
}
