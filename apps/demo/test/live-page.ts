/** A change of a breaker's state, as the live page is told: the states are indexes of closed, open and half-open. */
type Step = [breaker: number, at: number, from: number, to: number]

interface Frame {
  readonly heads: readonly [breaker: number, name: string, state: number, since: number, retryAt: number, why: string][]
  readonly steps: readonly Step[]
}

const states = ['closed', 'open', 'half-open']

/** What the stream of the live page has told of one breaker. */
export interface Watched {
  /** Its changes of state. */
  readonly path: string[]
  /** Each state that it was shown in, with the reason. */
  readonly shown: { state: string | undefined; why: string }[]
}

/** Reads the stream as the live page does, until the gateway ends it. */
export async function watch(address: string, breaker: string): Promise<Watched> {
  const text = await (await fetch(`${address}stream`)).text()
  const frames = [...text.matchAll(/^data: ?(.+)$/gm)].map(([, json]) => JSON.parse(json as string) as Frame)
  const heads = frames.flatMap((frame) => frame.heads).filter(([, name]) => name === breaker)
  const steps = frames.flatMap((frame) => frame.steps).filter(([id]) => id === heads[0]?.[0])
  return {
    path: steps.map(([, , from, to]) => `${states[from]} to ${states[to]}`),
    shown: heads.map(([, , state, , , why]) => ({ state: states[state], why })),
  }
}
