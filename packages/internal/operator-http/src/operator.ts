import type { IncomingMessage } from 'node:http'
import { format, sanitize } from '@cb/checks'
import { Problem } from './problem.ts'

/** The operator: a name or `{ who }`. A falsy value means that the request is forbidden. */
export type Identity = string | { readonly who: string | null | undefined } | false | null | undefined

/** Returns the operator, by a credential in the request. */
export type Authorize = (request: IncomingMessage) => Identity | Promise<Identity>

const maxWhoLength = 100

/** @throws Problem 403 if the request is forbidden, TypeError if `authorize` returns anything else. */
export async function identify(authorize: Authorize, request: IncomingMessage): Promise<string> {
  const identity: unknown = await authorize(request)
  const who: unknown = typeof identity === 'object' && identity !== null ? whoIn(identity) : identity
  if (!who) throw new Problem(403, 'Forbidden.')
  if (typeof who === 'string') return sanitize(who, maxWhoLength)
  throw new TypeError(`authorize must return a string, { who } or a falsy value, got ${format(who)}`)
}

/** A getter of a class may have it, but a polluted `Object.prototype` must not name an operator. */
function whoIn(identity: { who?: unknown }): unknown {
  return Object.hasOwn(identity, 'who') || !('who' in Object.prototype) ? identity.who : undefined
}
