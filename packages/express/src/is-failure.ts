import type { ServerResponse } from 'node:http'
import { warnOnce } from '@cb/checks'

/** Decides whether a response, as it is when its permit settles, counts as a failure. */
export type IsFailure = (res: ServerResponse) => boolean

/** 5xx, or cut off by this side; unless an `isFailure` says otherwise. One that throws or gives no boolean is reported. */
export function isFailed(res: ServerResponse, isComplete: boolean, isFailure: IsFailure | undefined): boolean {
  const answer = isFailure === undefined ? undefined : ask(isFailure, res)
  return answer ?? (res.statusCode >= 500 || !isComplete)
}

function ask(isFailure: IsFailure, res: ServerResponse): boolean | undefined {
  try {
    const answer: unknown = isFailure(res)
    if (typeof answer === 'boolean') return answer
    if (answer instanceof Promise) answer.catch(() => {}) // or its rejection would end the process
    warnOnce('@cb/express', isFailure, 'the `isFailure` function of a guard gave no boolean')
  } catch (error) {
    warnOnce('@cb/express', isFailure, 'the `isFailure` function of a guard threw', error)
  }
  return undefined
}
