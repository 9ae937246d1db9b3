import type { IncomingMessage } from 'node:http'
import { checkFunction, checkObject, format, sanitize, warnOnce } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { type ActionName, type AdminAction, parseAction, perform } from './admin-action.ts'
import { list } from './admin-list.ts'
import { type BreakerSource, checkSource } from './check-breakers.ts'
import type { Middleware } from './middleware.ts'
import { checked, Problem } from './problem.ts'
import { readJson } from './read-json.ts'
import { checkSameOrigin } from './same-origin.ts'
import { sendJson } from './send-json.ts'

/** Who asks: a name or `{ who }`; anything falsy is nobody, who may do nothing. */
export type Identity = string | { readonly who: string | null | undefined } | false | null | undefined

/** What `admin` may be given: `registry` or `breakers`, and the rest. */
export interface AdminOptions extends BreakerSource {
  /**
   * Asked before anything is told or done: who asks, by a credential that the request carries. Required. An error that it throws
   * goes on to the app's handler of errors.
   */
  // A method, so that a parameter declared as Express's Request is accepted.
  authorize(req: IncomingMessage): Identity | Promise<Identity>
  /** Told of each action when it has been done: for an audit log. One that throws is reported once. Default: nobody. */
  onAction?: (action: AdminAction) => unknown
}

interface Settings {
  readonly breakers: Iterable<CircuitBreaker>
  readonly authorize: AdminOptions['authorize']
  readonly onAction: (action: AdminAction) => unknown
}

const optionNames = ['registry', 'breakers', 'authorize', 'onAction']
const actions: ReadonlyMap<string, ActionName> = new Map([
  ['/force-open', 'force-open'],
  ['/force-closed', 'force-closed'],
  ['/resume', 'resume'],
  ['/reset', 'reset'],
])
const longestWho = 100

/**
 * An API for operators, to be mounted by hand with `app.use`: it lists breakers, tells of one, forces open or closed, resumes
 * and resets. It answers every request below where it is mounted; only errors go on.
 * @throws TypeError naming the option, what it was and what it may be.
 */
export function admin(options: AdminOptions): Middleware {
  checkObject('admin', options, optionNames)
  const { authorize, onAction = () => {} } = options
  checkFunction('authorize', authorize)
  checkFunction('onAction', onAction)
  const settings: Settings = { breakers: checkSource('admin', options), authorize, onAction }
  return (req, res, next) => {
    // What a `cors()` for the whole app may have said is not for this part.
    for (const header of res.getHeaderNames()) if (header.startsWith('access-control-')) res.removeHeader(header)
    answer(settings, req)
      .then((body) => {
        if (!res.headersSent) sendJson(res, 200, body) // else a time limit has answered while `authorize` was asked
      })
      .catch((error) => {
        if (!(error instanceof Problem)) next(error)
        else if (!res.headersSent) error.send(res)
      })
  }
}

async function answer(settings: Settings, req: IncomingMessage): Promise<object> {
  const [path = '', search] = (req.url ?? '').split('?', 2)
  const query = Object.fromEntries(new URLSearchParams(search))
  const action = actions.get(path)
  if (action === undefined && path !== '/' && path !== '/one') throw new Problem(404, 'There is nothing here.')
  const allowed = action === undefined ? ['GET', 'HEAD'] : ['POST']
  if (!allowed.includes(req.method ?? '')) {
    throw new Problem(405, `Here only ${allowed.join(' and ')} will do.`, { Allow: allowed.join(', ') })
  }
  if (action !== undefined) checkSameOrigin(req)
  const who = await identify(settings, req)
  if (path === '/') return list(settings.breakers, query)
  const breaker = find(settings.breakers, query)
  if (action !== undefined) await act(settings, breaker, action, who, req)
  return breaker.snapshot()
}

async function identify({ authorize }: Settings, req: IncomingMessage): Promise<string> {
  const identity: unknown = await authorize(req)
  const who: unknown =
    typeof identity === 'object' && identity !== null ? (identity as { who?: unknown }).who : identity
  if (!who) throw new Problem(403, 'You may not do this.')
  if (typeof who === 'string') return sanitize(who, longestWho)
  throw new TypeError(`authorize must tell who it is, as a string or { who }, or be falsy, got ${format(who)}`)
}

/** Asking a registry for a name would make a breaker. */
function find(breakers: Iterable<CircuitBreaker>, query: Record<string, string>): CircuitBreaker {
  const { name } = checked(() => checkObject('the query', query, ['name']))
  const [found, other] = Array.from(breakers).filter((breaker) => breaker.name === name)
  if (found === undefined) throw new Problem(404, 'There is no breaker of that name.')
  if (other !== undefined) throw new Problem(409, 'There is more than one breaker of that name.')
  return found
}

async function act(
  { onAction }: Settings,
  breaker: CircuitBreaker,
  name: ActionName,
  who: string,
  req: IncomingMessage,
): Promise<void> {
  const body = await readJson(req)
  const action = checked(() => parseAction(name, breaker.name, who, body))
  perform(breaker, action)
  tell(onAction, action)
}

/** Not waited for; what it throws, or rejects with, is reported. */
async function tell(onAction: Settings['onAction'], action: AdminAction): Promise<void> {
  try {
    await onAction(action)
  } catch (error) {
    warnOnce('@cb/express', onAction, 'the `onAction` function of an admin threw', error)
  }
}
