import { ErrorReply } from 'redis'

/** What only a server in trouble answers, by the first word of the message. */
const trouble = new Set(['LOADING', 'BUSY', 'OOM', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'MISCONF', 'NOREPLICAS'])

/**
 * What an error of node-redis says about the server. An error that it sends as an answer proves that it works, unless it is about itself.
 *
 * @type {import('@cb/core').Classify}
 */
export function classifyRedis(settled) {
  if (settled.status === 'fulfilled') return 'success'
  if (!(settled.reason instanceof ErrorReply)) return undefined // no answer: the default decides
  const [word = ''] = settled.reason.message.split(' ', 1)
  return trouble.has(word) ? 'failure' : 'success'
}
