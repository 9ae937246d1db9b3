import { type RedisClient, toPort } from './client.ts'
import type { Message, Reply } from './protocol.ts'
import { stepLua } from './step-lua.ts'
import type { FleetStore } from './store.ts'

/** Names that this process remembers to have told. */
const mostKnown = 10_000

/** Characters; a view has a thousandth of it, but for the name of the breaker. */
const longestMessage = 1_000_000

/** The names of the breakers of a namespace, with the time in seconds when each was last seen; those not seen for a week go. */
const namesLua = `
local now = tonumber(redis.call('TIME')[1])
if ARGV[1] then redis.call('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 604800)
redis.call('EXPIRE', KEYS[1], 604800)
if not ARGV[1] then return redis.call('ZRANGE', KEYS[1], 0, -1) end
`

/**
 * A store on Redis: each operation is one script on one key.
 * @param namespace  fleets of different namespaces know nothing of each other.
 * @throws TypeError if the client is none that is known.
 */
export function redisStore(client: RedisClient, namespace: string): FleetStore {
  const port = toPort(client)
  const prefix = `cb:${escaped(namespace)}`
  const channel = `${prefix}:news`
  const known = new Set<string>()
  /** Again now and then, for Redis forgets: about each twelfth time that some instance reads. */
  const remember = async (name: string, { members }: Reply) => {
    if (known.has(name) && Math.random() * 12 * members >= 1) return
    if (known.size >= mostKnown) known.clear()
    await port.eval(namesLua, [`${prefix}:names`], [JSON.stringify(name)])
    known.add(name)
  }
  return {
    async run(name, operation) {
      const args = [JSON.stringify(operation), JSON.stringify(name), channel]
      const reply = parse<Reply>(await port.eval(stepLua, [keyOf(prefix, name)], args))
      const { op, instance } = operation
      if (op === 'override' || (op === 'read' && instance !== '')) await remember(name, reply)
      return reply
    },
    async names() {
      const names = (await port.eval(namesLua, [`${prefix}:names`], [])) as string[]
      return names.map((name) => JSON.parse(name)).sort()
    },
    ...(port.subscribe && {
      subscribe: (onMessage, onReconnect) =>
        (port.subscribe as NonNullable<typeof port.subscribe>)(
          channel,
          (text) => {
            const message = parseMessage(text)
            if (message !== undefined) onMessage(message)
          },
          onReconnect,
        ),
    }),
  }
}

/** The hash tag is the whole of what tells breakers apart: a cluster spreads them over its nodes. */
export function keyOf(prefix: string, name: string): string {
  return `${prefix}:{${escaped(name)}}`
}

/** Without the characters that have a meaning in our keys, so that no name reaches the key of another. JSON escapes half characters. */
function escaped(text: string): string {
  return encodeURIComponent(JSON.stringify(text).slice(1, -1))
}

/** @returns undefined for what is no JSON: anybody may publish. The fleet checks the rest. */
function parseMessage(text: string): Message | undefined {
  if (text.length > longestMessage) return undefined
  try {
    const { name, view } = JSON.parse(text)
    return { name, view: withEpoch(view) }
  } catch {
    return undefined
  }
}

function parse<T extends { epoch: number }>(text: unknown): T {
  return withEpoch(JSON.parse(String(text)))
}

function withEpoch<T>(value: T & { epoch: string | number }): T {
  return { ...value, epoch: Number(value.epoch) }
}
