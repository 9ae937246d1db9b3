import type { IncomingMessage } from 'node:http'
import { checkFunction, ownOptions, warnOnce } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'
import {
  checkRequest,
  checkSameOrigin,
  findBreaker,
  type Identity,
  identify,
  Problem,
  readJson,
  removeCorsHeaders,
  splitUrl,
} from '@cb/operator-http'
import { type ActionName, type AdminAction, parseAction, perform } from './admin-action.ts'
import { list } from './admin-list.ts'
import { type BreakerSource, checkSource } from './check-breakers.ts'
import type { Middleware } from './middleware.ts'
import { readQuery } from './query.ts'
import { sendJson } from './send-json.ts'

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
    removeCorsHeaders(res)
    respond(settings, req)
      .then((body) => {
        if (!res.headersSent) sendJson(res, 200, body) // otherwise a timeout has responded during `authorize`
      })
      .catch((error) => {
        if (!(error instanceof Problem)) next(error)
        else if (!res.headersSent) error.send(res, sendJson)
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
  const who = await identify(settings.authorize, req)
  if (path === '/') return list(settings.breakers, search)
  const { name } = checkRequest(() => readQuery(search, ['name']))
  const breaker = findBreaker(settings.breakers, name)
  if (action !== undefined) await act(settings, breaker, action, who, req)
  return breaker.snapshot()
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
