import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CircuitBreaker } from '@cb/core'
import {
  type Authorize,
  checkRequest,
  checkSameOrigin,
  findBreaker,
  identify,
  Problem,
  readJson,
} from '@cb/operator-http'
import { parseAction, perform } from './action.ts'
import { detailOf } from './detail.ts'
import { sendFile } from './files.ts'
import type { History } from './history.ts'
import type { Latencies } from './latency.ts'
import { secure } from './secure.ts'
import { sendJson } from './send.ts'
import type { Stream } from './stream.ts'
import { redirectOf, routeOf } from './url.ts'

/** What one dashboard consists of. */
export interface Site {
  readonly breakers: Iterable<CircuitBreaker>
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
  { breakers, stream }: Site,
  who: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (who === undefined) throw new Problem(403, 'This dashboard is read-only.')
  const body = await readJson(request)
  const action = checkRequest(() => parseAction(body))
  const breaker = findBreaker(breakers, action.breaker)
  perform(breaker, action, who)
  stream.turn()
  sendJson(response, 200, { state: breaker.state })
}
