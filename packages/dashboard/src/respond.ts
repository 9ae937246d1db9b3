import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Authorize,
  checkRequest,
  checkSameOrigin,
  findBreaker,
  identify,
  Problem,
  readJson,
} from '@cb/operator-http'
import { type Action, parseAction, perform, performInFleet } from './action.ts'
import { detailOf } from './detail.ts'
import { sendFile } from './files.ts'
import type { FleetWatch } from './fleet-watch.ts'
import type { History } from './history.ts'
import type { Latencies } from './latency.ts'
import type { Registry } from './registry.ts'
import { secure } from './secure.ts'
import { sendJson } from './send.ts'
import type { Stream } from './stream.ts'
import { redirectOf, routeOf } from './url.ts'

/** What one dashboard consists of. */
export interface Site {
  readonly breakers: Registry
  readonly fleet: FleetWatch | undefined
  readonly authorize: Authorize | undefined
  readonly errorMessages: boolean
  readonly history: History
  readonly latencies: Latencies
  readonly stream: Stream
}

/** @throws Problem if the request can't be served, or what `authorize` throws. */
export async function respond(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  secure(response)
  const { path, query } = routeOf(request)
  const isAction = path === 'act'
  const method = request.method ?? ''
  if (!(isAction ? ['POST'] : ['GET', 'HEAD']).includes(method)) {
    response.setHeader('Allow', isAction ? 'POST' : 'GET, HEAD')
    throw new Problem(405, 'Method not allowed.')
  }
  if (isAction) checkSameOrigin(request)
  const who = site.authorize && (await identify(site.authorize, request))
  if (response.headersSent || response.destroyed) return // a timeout has responded meanwhile, or the client has left

  const redirect = redirectOf(request)
  if (redirect !== undefined) response.writeHead(308, { Location: redirect, 'Cache-Control': 'no-store' }).end()
  else if (isAction) await act(site, who, request, response)
  else if (path === 'breaker') sendJson(response, 200, detailOf(findBreaker(site.breakers, query.get('name')), site))
  else if (path === 'stream' && method === 'GET') site.stream.open(response)
  else if (!sendFile(path === '' ? 'index.html' : path, request, response)) throw new Problem(404, 'Not found.')
}

async function act(
  site: Site,
  who: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (who === undefined) throw new Problem(403, 'This dashboard is read-only.')
  const body = await readJson(request)
  const action = checkRequest(() => parseAction(body))
  if (action.scope === 'fleet') {
    await actInFleet(site, action, who)
    return sendJson(response, 200, {})
  }
  const breaker = findBreaker(site.breakers, action.breaker)
  perform(breaker, action, who)
  site.stream.turn()
  sendJson(response, 200, { state: breaker.state })
}

async function actInFleet({ breakers, fleet, stream }: Site, action: Action, who: string): Promise<void> {
  if (fleet === undefined) throw new Problem(404, 'This dashboard has no fleet.')
  const isKnown = breakers.has(action.breaker) || fleet.has(action.breaker)
  // The fleet would create it.
  if (!isKnown) throw new Problem(404, 'There is no breaker of this name.')
  await performInFleet(fleet.fleet, action, who)
  fleet.refresh()
  stream.turn()
}
