import type { Transition } from '@cb/core'
import { type Attributes, type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Diagnostics } from './diagnostics.ts'
import { logEvent, scope } from './names.ts'
import type { Providers } from './providers.ts'
import { version } from './version.ts'

const warn = { severityNumber: 13, severityText: 'WARN' }
const info = { severityNumber: 9, severityText: 'INFO' }

/** Emits a log event for each transition, if there is a logger provider: unlike spans, log events survive the sampling of traces. */
export class TransitionLog {
  readonly #providers: Providers
  readonly #diagnostics: Diagnostics

  constructor(providers: Providers, diagnostics: Diagnostics) {
    this.#providers = providers
    this.#diagnostics = diagnostics
  }

  transition({ to, cause }: Transition, attributes: Attributes, caller: Context): void {
    try {
      this.#providers.logger?.getLogger(scope, version).emit({
        eventName: logEvent,
        timestamp: Date.now(),
        ...(to === 'open' ? warn : info),
        attributes,
        // A transition by time has no caller, a manual one has.
        context: cause === 'time' ? ROOT_CONTEXT : caller,
      })
    } catch (error) {
      this.#diagnostics.report('logs', error)
    }
  }
}
