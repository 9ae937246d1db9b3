/**
 * 503 with `Retry-After` and problem details (RFC 9457).
 *
 * @param {import('fastify').FastifyReply} reply
 * @param {{ retryAfterMs: number | null }} rejection
 */
export function unavailable(reply, { retryAfterMs }) {
  if (retryAfterMs !== null) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1_000)))
  reply.code(503).header('cache-control', 'no-store').type('application/problem+json')
  return reply.send(JSON.stringify({ type: 'about:blank', title: 'Service Unavailable', status: 503 }))
}
