import type { FleetStore, Message, Operation } from '@cb/redis'

/** What a gateway asks of the store in its parent. */
export interface StoreRequest {
  readonly type: 'store'
  readonly id: number
  /** Undefined to ask for all names. */
  readonly run?: { readonly name: string; readonly operation: Operation }
}

/** The answer, or a new epoch of a breaker. */
export type StoreMessage =
  | { readonly type: 'store'; readonly id: number; readonly result: unknown }
  | { readonly type: 'news'; readonly news: Message }

/** The store of a gateway: it is in the parent, which answers by messages. */
export function storeInParent(): FleetStore {
  const waiting = new Map<number, (result: unknown) => void>()
  const listeners = new Set<(news: Message) => void>()
  let lastId = 0
  process.on('message', (message: StoreMessage) => {
    if (message.type === 'news') for (const listener of listeners) listener(message.news)
    if (message.type !== 'store') return
    waiting.get(message.id)?.(message.result)
    waiting.delete(message.id)
  })
  const ask = (request: Pick<StoreRequest, 'run'>) =>
    new Promise<never>((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, resolve as (result: unknown) => void)
      process.send?.({ type: 'store', id, ...request }, (error: Error | null) => {
        if (error === null) return
        waiting.delete(id)
        reject(error)
      })
    })
  return {
    run: (name, operation) => ask({ run: { name, operation } }),
    names: () => ask({}),
    async subscribe(onMessage) {
      listeners.add(onMessage)
      return async () => void listeners.delete(onMessage)
    },
  }
}

/** Answers a gateway, in the parent. */
export async function answer(store: FleetStore, { id, run }: StoreRequest): Promise<StoreMessage> {
  return { type: 'store', id, result: await (run ? store.run(run.name, run.operation) : store.names()) }
}
