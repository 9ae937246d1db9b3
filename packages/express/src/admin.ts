import type { IncomingMessage } from 'node:http'
import { checkFunction, format, ownOptions, sanitize, warnOnce } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import { type ActionName, type AdminAction, parseAction, perform } from './admin-action.ts'
import { list } from './admin-list.ts'
import { type BreakerSource, checkSource } from './check-breakers.ts'
import type { Middleware } from './middleware.ts'
import { checkRequest, Problem } from './problem.ts'
import { readQuery, splitUrl } from './query.ts'
import { readJson } from './read-json.ts'
import { checkSameOrigin } from './same-origin.ts'
import { sendJson } from './send-json.ts'

/** The operator: a name or `{ who }`. A falsy value means that the request is forbidden. */
export type Identity = string | { readonly who: string | null | undefined } | false | null | undefined

/** Options of `admin`: `registry` or `breakers`, and the others. */
export interface AdminOptions extends BreakerSource {
  /**
   * Returns the operator, by a credential in the request. Required. It is called before anything is read or done. An error that it
   * throws goes to the error handler of the app.
   */
  // A method, so that a parameter declared as Express's Request is accepted.
  authorize(req: IncomingMessage): Identity | Promise<Identity>
  /** Called after each action, for an audit log. If it throws, that is logged once. Default: none. */
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
const maxWhoLength = 100

/**
 * A JSON API for operators, to be mounted with `app.use`: it lists breakers, returns the snapshot of one, forces it open or closed,
 * resumes and resets it. It responds to every request below its path; only errors of `authorize` go to the app.
 * @throws TypeError naming the option, its value and the allowed values.
 */
export function admin(options: AdminOptions): Middleware {
  const own = ownOptions('admin', options, optionNames)
  const { authorize, onAction = () => {} } = own
  checkFunction('authorize', authorize)
  checkFunction('onAction', onAction)
  const settings: Settings = { breakers: checkSource('admin', own), authorize, onAction }
  return (req, res, next) => {
    // A `cors()` for the whole app may have set these, but they must not apply to this API.
    for (const header of res.getHeaderNames()) if (header.startsWith('access-control-')) res.removeHeader(header)
    respond(settings, req)
      .then((body) => {
        if (!res.headersSent) sendJson(res, 200, body) // otherwise a timeout has responded during `authorize`
      })
      .catch((error) => {
        if (!(error instanceof Problem)) next(error)
        else if (!res.headersSent) error.send(res)
      })
  }
}

async function respond(settings: Settings, req: IncomingMessage): Promise<object> {
  const { path, search } = splitUrl(req.url)
  const action = actions.get(path)
  if (action === undefined && path !== '/' && path !== '/one') throw new Problem(404, 'Not found.')
  const allowed = action === undefined ? ['GET', 'HEAD'] : ['POST']
  if (!allowed.includes(req.method ?? '')) {
    throw new Problem(405, `Method not allowed, use ${allowed[0]}.`, { Allow: allowed.join(', ') })
  }
  if (action !== undefined) checkSameOrigin(req)
  const who = await identify(settings, req)
  if (path === '/') return list(settings.breakers, search)
  const breaker = find(settings.breakers, search)
  if (action !== undefined) await act(settings, breaker, action, who, req)
  return breaker.snapshot()
}

async function identify({ authorize }: Settings, req: IncomingMessage): Promise<string> {
  const identity: unknown = await authorize(req)
  const who: unknown = typeof identity === 'object' && identity !== null ? whoIn(identity) : identity
  if (!who) throw new Problem(403, 'Forbidden.')
  if (typeof who === 'string') return sanitize(who, maxWhoLength)
  throw new TypeError(`authorize must return a string, { who } or a falsy value, got ${format(who)}`)
}

/** A getter of a class may have it, but a polluted `Object.prototype` must not name an operator. */
function whoIn(identity: { who?: unknown }): unknown {
  return Object.hasOwn(identity, 'who') || !('who' in Object.prototype) ? identity.who : undefined
}

/** Not by `registry.get`, which would create a breaker. */
function find(breakers: Iterable<CircuitBreaker>, search: string): CircuitBreaker {
  const { name } = checkRequest(() => readQuery(search, ['name']))
  const [found, other] = Array.from(breakers).filter((breaker) => breaker.name === name)
  if (found === undefined) throw new Problem(404, 'There is no breaker of this name.')
  if (other !== undefined) throw new Problem(409, 'There is more than one breaker of this name.')
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
  const action = checkRequest(() => parseAction(name, breaker.name, who, body))
  perform(breaker, action)
  notify(onAction, action)
}

/** Not awaited by the caller; an error is logged. */
async function notify(onAction: Settings['onAction'], action: AdminAction): Promise<void> {
  try {
    await onAction(action)
  } catch (error) {
    warnOnce('@cb/express', onAction, 'the `onAction` function of an admin threw', error)
  }
}
