import type { Outcome, Permit } from '@cb/core'
import type { CallTimeout } from '@cb/http-rules'
import type { InternalAxiosRequestConfig } from 'axios'
import type { Settings } from './options.ts'
import { errorFor, type SettledAttempt } from './outcome.ts'

/** An admitted attempt. It settles its permit once; later calls of `settle` change nothing. */
export class Attempt {
  readonly config: InternalAxiosRequestConfig
  readonly settings: Settings
  readonly timeout: CallTimeout | undefined
  readonly #permit: Permit
  #outcome: Outcome | undefined

  constructor(
    config: InternalAxiosRequestConfig,
    settings: Settings,
    timeout: CallTimeout | undefined,
    permit: Permit,
  ) {
    this.config = config
    this.settings = settings
    this.timeout = timeout
    this.#permit = permit
  }

  /** @param outcome  Default: the outcome that `classify` or the table gives. */
  settle(settled: SettledAttempt, outcome?: Outcome): Outcome {
    this.timeout?.clear()
    this.#outcome ??= this.#settle(settled, outcome ?? this.settings.outcomeOf(settled))
    return this.#outcome
  }

  #settle(settled: SettledAttempt, outcome: Outcome): Outcome {
    this.#permit.settle(outcome, errorFor(settled, outcome))
    return outcome
  }
}
