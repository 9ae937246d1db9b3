import type { AdmissionMonitor, AdmissionPolicy } from '../admission/admission-policy.ts'
import { Rejection } from '../permit.ts'
import { askPolicy, checkMonitor, type PolicyOwner } from './ask-policy.ts'
import type { Admission } from './state.ts'

/** The admission policies of one closed period: `recovery` after an outage, and `admission`. */
export class ClosedAdmission implements Admission {
  readonly #owner: PolicyOwner
  readonly #attempt: number
  #recovery: AdmissionMonitor | undefined
  readonly #admission: AdmissionMonitor | undefined

  /** @param attempt  that of the outage before. */
  constructor(owner: PolicyOwner, attempt: number, recovery?: AdmissionMonitor, admission?: AdmissionMonitor) {
    this.#owner = owner
    this.#attempt = attempt
    this.#recovery = recovery
    this.#admission = admission
  }

  /** Until its share is 1. */
  get recovery(): AdmissionMonitor | undefined {
    const recovery = this.#recovery
    if (recovery?.share && !(Number(this.#ask(recovery, (monitor) => monitor.share?.())) < 1))
      this.#recovery = undefined
    return this.#recovery
  }

  get admission(): AdmissionMonitor | undefined {
    return this.#admission
  }

  /** That of the outage before while traffic returns gradually: a relapse goes on counting. */
  get attempt(): number {
    return this.recovery === undefined ? 0 : this.#attempt
  }

  reject(): Rejection | undefined {
    for (const monitor of this.#monitors) {
      const reason = this.#ask(monitor, () => monitor.reject())
      if (reason !== undefined) return new Rejection(reason, 1) // left to chance: the next call may pass
    }
    return undefined
  }

  notify(outcome: 'success' | 'failure', error: unknown): void {
    for (const monitor of this.#monitors) this.#ask(monitor, () => monitor[outcome]?.(error))
  }

  get #monitors(): AdmissionMonitor[] {
    return [this.recovery, this.#admission].filter((monitor) => monitor !== undefined)
  }

  #ask<Answer>(monitor: AdmissionMonitor, question: (monitor: AdmissionMonitor) => Answer): Answer | undefined {
    return askPolicy(this.#owner, monitor, 'admission', () => question(monitor))
  }
}

/** @returns undefined if there is nothing to ask, as for most breakers. */
export function startAdmission(
  owner: PolicyOwner,
  attempt: number | undefined,
  running?: ClosedAdmission,
): ClosedAdmission | undefined {
  const { recovery, admission } = owner.settings
  const start = (policy: AdmissionPolicy | undefined) =>
    policy &&
    askPolicy(owner, policy, 'admission', () => {
      const { clock, random } = owner.settings
      return checkMonitor(policy.start(clock, { random }), 'reject')
    })
  const gradual = running ? running.recovery : attempt === undefined ? undefined : start(recovery)
  const monitor = start(admission)
  if (gradual === undefined && monitor === undefined) return undefined
  return new ClosedAdmission(owner, running?.attempt ?? attempt ?? 0, gradual, monitor)
}
