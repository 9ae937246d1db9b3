import type { ServerResponse } from 'node:http'
import { swallowRejection, warnOnce } from '@cb/checks'

/** Decides whether a response counts as a failure when its permit settles. */
export type IsFailure = (res: ServerResponse) => boolean

/** By `isFailure`; without a valid answer of it a failure is a 5xx, or a response that the server cuts off. */
export function isFailed(res: ServerResponse, isComplete: boolean, isFailure: IsFailure | undefined): boolean {
  const decision = isFailure === undefined ? undefined : callIsFailure(isFailure, res)
  return decision ?? (res.statusCode >= 500 || !isComplete)
}

function callIsFailure(isFailure: IsFailure, res: ServerResponse): boolean | undefined {
  try {
    const decision: unknown = isFailure(res)
    if (typeof decision === 'boolean') return decision
    swallowRejection(decision)
    warnOnce('@cb/express', isFailure, 'the `isFailure` function of a guard must return a boolean')
  } catch (error) {
    warnOnce('@cb/express', isFailure, 'the `isFailure` function of a guard threw', error)
  }
  return undefined
}
