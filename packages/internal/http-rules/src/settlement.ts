import { isError, swallowRejection, warnOnce } from '@cb/checks'
import type { Outcome } from '@cb/core'
import type { Adapter, ReadBody, Settlement } from './adapter.ts'
import { HttpStatusError } from './http-status-error.ts'
import { isComplete, outcomeOf } from './outcome.ts'

type Classify<Settled> = (settled: Settled) => Outcome | Error | undefined

/**
 * How an attempt has ended: as `classify` decides, or else by the table. Never throws.
 * @param given  the response, if there is one beside the error. @param isCutOff  its body broke off. @param readBody  its body was read.
 */
export function settlementOf<Request, Response extends object, Settled>(
  adapter: Adapter<Request, Response, Settled>,
  classify: Classify<Settled> | undefined,
  request: Request,
  given: Response | undefined,
  error: unknown,
  isCutOff?: boolean,
  readBody?: ReadBody,
): Settlement {
  try {
    const response = given === undefined ? adapter.responseOf?.(error) : isCutOff ? withoutBody(adapter, given) : given
    const settled = classify && adapter.settled(request, response, error, readBody)
    const answer = classify && ask(adapter, classify, settled as Settled, request, response)
    if (typeof answer === 'object') return { outcome: 'failure', error: answer }
    const outcome = answer ?? outcomeOf(adapter, request, response, error)
    if (outcome === 'success') return { outcome, error: undefined }
    if (outcome === 'failure' && response !== undefined && isComplete(adapter, response, error)) {
      const header = (name: string) => adapter.header(response, name)
      return { outcome, error: new HttpStatusError(adapter.status(response), header, error) }
    }
    return { outcome, error: adapter.visible === undefined ? error : adapter.visible(error, outcome) }
  } catch (problem) {
    return { outcome: 'failure', error: error ?? problem } // a response or an error that can't be read
  }
}

function withoutBody<Response extends object>(
  adapter: Adapter<never, Response, unknown>,
  response: Response,
): Response {
  return adapter.withoutBody?.(response) ?? response
}

/** What the user's `classify` returns; undefined, and a warning, if it throws or returns anything else. */
function ask<Request, Response extends object, Settled>(
  adapter: Adapter<Request, Response, Settled>,
  classify: Classify<Settled>,
  settled: Settled,
  request: Request,
  response: Response | undefined,
): Outcome | Error | undefined {
  const { packageName } = adapter
  try {
    const look = () => classify(settled)
    const answer = response !== undefined && adapter.present ? adapter.present(response, request, look) : look()
    if (answer === undefined || answer === 'success' || answer === 'failure' || answer === 'ignored') return answer
    if (isError(answer)) return answer
    swallowRejection(answer)
    const expected = "'success', 'failure', 'ignored', an Error or undefined"
    warnOnce(packageName, classify, `the \`classify\` function must return ${expected}`)
  } catch (error) {
    warnOnce(packageName, classify, 'the `classify` function threw', error)
  }
  return undefined
}
