import { assertOption } from '@cb/checks'
import { withDeadline } from './deadline.ts'

/** What the store needs of a Redis client: a few lines for a client that is neither node-redis nor ioredis. */
export interface RedisPort {
  /** Runs a Lua script. @returns what it returns. */
  eval(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>
  /**
   * Listens to a channel, on a connection of its own. Without it the fleet polls only. Should resolve also while Redis is away: only
   * then can `leave` end it.
   * @param onConnect  is called at each new connection: messages may have been lost.
   * @returns a function that ends the connection.
   */
  subscribe?(channel: string, onMessage: (message: string) => void, onConnect: () => void): Promise<() => Promise<void>>
}

/** A client of node-redis 6, also of sentinels or a cluster. */
export interface NodeRedis {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  duplicate(): NodeRedis
  on(event: string, listener: (...args: unknown[]) => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  destroy(): void
}

/** A client of ioredis 6, also of sentinels or a cluster. */
export interface IoRedis {
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>
  duplicate(): IoRedis
  // biome-ignore lint/suspicious/noExplicitAny: as ioredis has it
  on(event: string, listener: (...args: any[]) => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
  readonly status: string
}

export type RedisClient = RedisPort | NodeRedis | IoRedis

/** @throws TypeError if it is none of the clients that are known. */
export function toPort(client: RedisClient): RedisPort {
  const { duplicate, eval: run } = (client ?? {}) as Partial<NodeRedis>
  assertOption(typeof run === 'function', 'client', 'a client of node-redis or ioredis, or { eval, subscribe }', client)
  if (typeof duplicate !== 'function') {
    if ('isOpen' in client) throw new TypeError('client must be a client of node-redis, not a pool of clients')
    return client as RedisPort
  }
  return 'isOpen' in client ? fromNodeRedis(client as NodeRedis) : fromIoRedis(client as IoRedis)
}

/** Milliseconds for which `joinFleet` waits until it hears the news. */
const longestSubscribing = 1_000

/** While Redis is away a client goes on trying for ever: the way to end it must be known before. */
function attempt(subscribing: Promise<unknown>): Promise<unknown> {
  return withDeadline(subscribing, longestSubscribing).catch(() => {})
}

function fromNodeRedis(client: NodeRedis): RedisPort {
  return {
    eval: (script, keys, args) => client.eval(script, { keys: [...keys], arguments: [...args] }),
    async subscribe(channel, onMessage, onConnect) {
      const subscriber = client.duplicate()
      subscriber.on('error', () => {}) // it connects again by itself
      subscriber.on('ready', onConnect)
      await attempt(subscriber.connect().then(() => subscriber.subscribe(channel, onMessage)))
      return async () => subscriber.destroy()
    },
  }
}

function fromIoRedis(client: IoRedis): RedisPort {
  return {
    eval: (script, keys, args) => client.eval(script, keys.length, ...keys, ...args),
    async subscribe(channel, onMessage, onConnect) {
      const subscriber = client.duplicate()
      subscriber.on('error', () => {}) // it connects again by itself
      subscriber.on('message', (_channel: string, message: string) => onMessage(message))
      // At each connection: a subscription that was asked for while there was none may have been given up.
      const subscribe = () => subscriber.subscribe(channel).then(onConnect, () => {})
      subscriber.on('ready', subscribe)
      await attempt(subscribe())
      return async () => subscriber.disconnect()
    },
  }
}
