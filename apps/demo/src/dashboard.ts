import type { RequestHandler } from 'express'
import { type Clients, readTimeout } from './clients.ts'
import { type Why, whyOf } from './failure.ts'
import { LastKnown } from './last-known.ts'
import type { ServiceName } from './services.ts'

/** One service's part of a dashboard. `tookMs` is the time until the service responded or the fallback was called. */
export type Piece = { readonly tookMs: number; readonly data: unknown } & (
  | { readonly source: 'live' }
  | {
      /** `data` is the last known response, or null. */
      readonly source: 'fallback'
      readonly why: Why
      readonly ageMs: number | null
    }
)

/** The response of `GET /user-dashboard/:userId`. */
export interface Dashboard {
  readonly userId: string
  readonly complete: boolean
  readonly pieces: Readonly<Record<ServiceName, Piece>>
}

/** Calls the three services at the same time. A piece that fails is replaced by a fallback; the dashboard itself never fails. */
export function dashboard(clients: Clients): RequestHandler<{ userId: string }> {
  const lastKnown = new LastKnown()

  async function piece(service: ServiceName, path: string): Promise<Piece> {
    const startedAt = performance.now()
    const elapsed = () => performance.now() - startedAt
    let missed: { why: Why; tookMs: number } | undefined
    const { data } = await clients[service].get(path, {
      timeout: readTimeout,
      circuitBreaker: {
        fallback: (error) => {
          missed = { why: whyOf(error), tookMs: elapsed() }
          return lastKnown.recall(path)
        },
      },
    })
    if (missed !== undefined) return { source: 'fallback', ...missed, ...data }
    lastKnown.keep(path, data)
    return { source: 'live', tookMs: elapsed(), data }
  }

  return async ({ params: { userId } }, response) => {
    const id = encodeURIComponent(userId)
    const [user, order, payment] = await Promise.all([
      piece('user', `/users/${id}`),
      piece('order', `/orders?user=${id}`),
      piece('payment', `/payments?user=${id}`),
    ])
    const pieces = { user, order, payment }
    const complete = Object.values(pieces).every(({ source }) => source === 'live')
    response.json({ userId, complete, pieces } satisfies Dashboard)
  }
}
