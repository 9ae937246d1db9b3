import type { OverrideEvent, Transition } from '@cb/core'
import { type Attributes, type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { fleetAttributes, noteOf, overrideAttributes, ownOf } from './attributes.ts'
import type { Diagnostics } from './diagnostics.ts'
import { attribute, logEvent, scope } from './names.ts'
import type { Providers } from './providers.ts'
import { version } from './version.ts'

const warn = { severityNumber: 13, severityText: 'WARN' }
const info = { severityNumber: 9, severityText: 'INFO' }

/**
 * Emits a log event for each transition and each override, if there is a logger provider: unlike spans, log events survive the sampling
 * of traces.
 */
export class EventLog {
  readonly #providers: Providers
  readonly #diagnostics: Diagnostics

  constructor(providers: Providers, diagnostics: Diagnostics) {
    this.#providers = providers
    this.#diagnostics = diagnostics
  }

  transition(event: Transition, attributes: Attributes, caller: Context): void {
    const { to, cause } = event
    const { [attribute.name]: name, [attribute.previousState]: from, [attribute.state]: state } = attributes
    const numbers = countsOf(event)
    this.#emit(logEvent.transition, to === 'open', {
      body: `Circuit breaker ${name} went from ${from} to ${state}: ${attributes[attribute.reason]}${numbers}`,
      attributes: { ...attributes, ...noteOf(event) },
      // A transition by time has no caller, a manual one has.
      context: cause === 'time' ? ROOT_CONTEXT : caller,
    })
  }

  override(event: OverrideEvent, identity: Attributes): void {
    const attributes = { ...identity, ...overrideAttributes(event), ...fleetAttributes(event), ...noteOf(event) }
    const { [attribute.name]: name, [attribute.reason]: reason } = attributes
    const what = event.override === null ? 'is no longer overridden' : `is forced ${event.override}`
    this.#emit(logEvent.override, event.override !== null, {
      body: `Circuit breaker ${name} ${what}: ${reason}`,
      attributes,
      context: event.reason === 'override-expired' ? ROOT_CONTEXT : context.active(),
    })
  }

  #emit(
    eventName: string,
    isWarning: boolean,
    { body, attributes, context }: { body: string; attributes: Attributes; context: Context },
  ): void {
    try {
      const note = attributes[attribute.note]
      this.#providers.logger?.getLogger(scope, version).emit({
        eventName,
        timestamp: Date.now(),
        ...(isWarning ? warn : info),
        body: note === undefined ? `${body}.` : `${body}. Note: ${note}`,
        attributes,
        context,
      })
    } catch (error) {
      this.#diagnostics.report('logs', error)
    }
  }
}

function countsOf({ trip }: Transition): string {
  if (trip === undefined) return ''
  const { calls, failures, slowCalls } = ownOf(trip)
  if (Number.isInteger(slowCalls)) return `, ${slowCalls} of ${calls} calls were slow`
  return Number.isInteger(failures) && Number.isInteger(calls) ? `, ${failures} of ${calls} calls failed` : ''
}
