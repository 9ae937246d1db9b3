import type { Transition } from '@cb/core'
import { type Attributes, type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Faults } from './faults.ts'
import { logEvent, scope } from './names.ts'
import type { Providers } from './providers.ts'
import { version } from './version.ts'

const warn = { severityNumber: 13, severityText: 'WARN' }
const info = { severityNumber: 9, severityText: 'INFO' }

/** A log event for each transition, where there is a logger provider: unlike spans, they survive the sampling of traces. */
export class TransitionLog {
  readonly #providers: Providers
  readonly #faults: Faults

  constructor(providers: Providers, faults: Faults) {
    this.#providers = providers
    this.#faults = faults
  }

  transition({ to, cause }: Transition, attributes: Attributes, caller: Context): void {
    try {
      this.#providers.logger?.getLogger(scope, version).emit({
        eventName: logEvent,
        timestamp: Date.now(),
        ...(to === 'open' ? warn : info),
        attributes,
        // Time has no caller; a person's request has.
        context: cause === 'time' ? ROOT_CONTEXT : caller,
      })
    } catch (error) {
      this.#faults.report('logs', error)
    }
  }
}
