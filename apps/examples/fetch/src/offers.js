import { protectFetch } from '@cb/fetch'

/** In place of the global `fetch`: one breaker per origin. */
export const fetch = protectFetch({ defaults: { callTimeout: 2_000, openDuration: 500 } })

/** @param {string} shop  The origin of the service. */
export async function offers(shop) {
  const fallback = () => Response.json(['the bestseller'])
  const response = await fetch(`${shop}/offers`, { circuitBreaker: { fallback } })
  return response.json()
}
