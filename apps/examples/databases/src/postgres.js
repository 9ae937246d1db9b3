/** SQLSTATEs, or their classes, of a server in trouble: the classes are connection, resources, operator intervention, system and internal error. */
const trouble = /^(08|53|57|58|XX|25006)/

/**
 * What an error of `pg` says about the server. An error that the server sends as an answer proves that the server works, so most of them are
 * a `success`: a constraint that a row violates, a wrong statement, a lost race. What remains is a `failure`: a server in trouble, and
 * no answer at all. An error that has the one of `pg` as its `cause`, as an ORM may throw it, counts like that one.
 *
 * @type {import('@cb/core').Classify}
 */
export function classifyPostgres(settled) {
  if (settled.status === 'fulfilled') return 'success'
  const { reason } = settled
  const { severity, code, message } = reason?.cause?.severity ? reason.cause : (reason ?? {})
  if (!severity) return undefined // not from the server: the default decides
  if (code === '57014' && /user request/.test(message)) return 'ignored' // pg_cancel_backend: on the caller's side
  return trouble.test(code) ? 'failure' : 'success'
}
