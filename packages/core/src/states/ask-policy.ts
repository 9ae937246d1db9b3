import { checkSynchronous, warnOnce } from '../misuse.ts'
import type { Settings } from '../settings.ts'

/** Where a closed period reads its settings: anew each time, for they can be changed live. */
export interface PolicyOwner {
  readonly name: string
  readonly settings: Pick<Settings, 'trip' | 'recovery' | 'admission' | 'clock' | 'random'>
}

/** The answer of a policy, which may be the user's own; undefined, and a warning, if it throws. */
export function askPolicy<Answer>(
  owner: PolicyOwner,
  policy: object,
  kind: string,
  question: () => Answer,
): Answer | undefined {
  try {
    return checkSynchronous(question())
  } catch (problem) {
    return warnOfPolicy(owner, policy, kind, problem)
  }
}

export function warnOfPolicy(owner: PolicyOwner, policy: object, kind: string, problem: unknown): undefined {
  warnOnce(policy, owner.name, `the ${kind} policy threw`, problem)
}
