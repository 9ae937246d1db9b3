import type { ServerResponse } from 'node:http'

/** Decides whether a response, as it is when it closes, counts as a failure. */
export type IsFailure = (res: ServerResponse) => boolean

/** 5xx, or cut off by this side. */
export function defaultIsFailure(res: ServerResponse): boolean {
  return res.statusCode >= 500 || !res.writableFinished
}

const reported = new WeakSet<IsFailure>()

/** Asks the user's `isFailure`; one that throws or gives no boolean gives way to the default, and is reported. */
export function askIsFailure(isFailure: IsFailure, res: ServerResponse): boolean {
  try {
    const answer: unknown = isFailure(res)
    if (typeof answer === 'boolean') return answer
    if (answer instanceof Promise) answer.catch(() => {}) // or its rejection would end the process
    report(isFailure, 'gave no boolean')
  } catch (error) {
    report(isFailure, `threw${error instanceof Error ? `: ${error.stack}` : ''}`)
  }
  return defaultIsFailure(res)
}

/** Only the stack is printed: own properties of an error can hold credentials. */
function report(isFailure: IsFailure, what: string): void {
  if (reported.has(isFailure)) return
  reported.add(isFailure)
  console.error(`@cb/express: the \`isFailure\` function of a guard ${what} (said once)`)
}
