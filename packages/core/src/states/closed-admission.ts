import type { AdmissionMonitor, AdmissionPolicy, AdmissionReason } from '../admission/admission-policy.ts'
import { checkMonitor, onRejection, swallowRejection } from '../misuse.ts'
import { Rejection } from '../permit.ts'
import { askPolicy, type PolicyOwner, warnOfPolicy } from './ask-policy.ts'
import type { Admission } from './state.ts'

/** An admission policy at work. */
export interface StartedPolicy {
  readonly policy: AdmissionPolicy
  readonly monitor: AdmissionMonitor
}

/** The admission policies of one closed period: `recovery` after an outage, and `admission`. */
export class ClosedAdmission implements Admission {
  readonly #owner: PolicyOwner
  readonly #attempt: number
  #recovery: StartedPolicy | undefined
  readonly admission: StartedPolicy | undefined

  /** @param attempt  that of the outage before. */
  constructor(owner: PolicyOwner, attempt: number, recovery?: StartedPolicy, admission?: StartedPolicy) {
    this.#owner = owner
    this.#attempt = attempt
    this.#recovery = recovery
    this.admission = admission
  }

  /** Until its share is 1. */
  get recovery(): StartedPolicy | undefined {
    const recovery = this.#recovery
    if (recovery?.monitor.share && !(Number(this.#ask(recovery, (monitor) => monitor.share?.())) < 1))
      this.#recovery = undefined
    return this.#recovery
  }

  /** That of the outage before while traffic returns gradually: a relapse goes on counting. */
  get attempt(): number {
    return this.recovery === undefined ? 0 : this.#attempt
  }

  reject(): Rejection | undefined {
    for (const started of this.#started) {
      const reason = this.#ask(started, (monitor) => checkReason(monitor.reject()))
      if (reason !== undefined) return new Rejection(reason, 1) // left to chance: the next call may pass
    }
    return undefined
  }

  notify(outcome: 'success' | 'failure', error: unknown): void {
    for (const started of this.#started) {
      const answer = this.#ask(started, (monitor): unknown => monitor[outcome]?.(error))
      onRejection(answer, (problem) => warnOfPolicy(this.#owner, started.policy, 'admission', problem))
    }
  }

  get #started(): StartedPolicy[] {
    return [this.recovery, this.admission].filter((started) => started !== undefined)
  }

  #ask<Answer>(
    { policy, monitor }: StartedPolicy,
    question: (monitor: AdmissionMonitor) => Answer,
  ): Answer | undefined {
    return askPolicy(this.#owner, policy, 'admission', () => question(monitor))
  }
}

/**
 * @param attempt  that of the outage before; undefined if there was none, so there is nothing to recover from.
 * @param running  what goes on: its recovery, but not its `admission`.
 * @returns undefined if there is nothing to ask, as for most breakers.
 */
export function startAdmission(
  owner: PolicyOwner,
  attempt: number | undefined,
  running?: ClosedAdmission,
): ClosedAdmission | undefined {
  const { recovery, admission } = owner.settings
  const gradual = attempt === undefined ? running?.recovery : start(owner, recovery, 'reject', 'share')
  const started = start(owner, admission, 'reject')
  if (gradual === undefined && started === undefined) return undefined
  return new ClosedAdmission(owner, attempt ?? running?.attempt ?? 0, gradual, started)
}

function start(
  owner: PolicyOwner,
  policy: AdmissionPolicy | undefined,
  ...methods: (keyof AdmissionMonitor)[]
): StartedPolicy | undefined {
  if (policy === undefined) return undefined
  const { clock, random } = owner.settings
  const monitor = askPolicy(owner, policy, 'admission', () => checkMonitor(policy.start(clock, { random }), ...methods))
  return monitor && { policy, monitor }
}

function checkReason(reason: AdmissionReason | undefined): AdmissionReason | undefined {
  if (reason === undefined || reason === 'throttled' || reason === 'ramp') return reason
  swallowRejection(reason)
  throw new TypeError("reject() must return 'throttled', 'ramp' or undefined")
}
