export const up = async (): Promise<string> => 'up'

export const down = async (): Promise<never> => {
  throw new Error('down')
}

export const hang = (): Promise<never> => new Promise(() => {})

/** Makes calls one after the other, and swallows their errors. */
export async function repeat(times: number, call: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n++) await call().catch(() => {})
}

/** A function that works or not. */
export function switchable() {
  const service = { works: false, call: () => (service.works ? up() : down()) }
  return service
}

/** What listeners have logged. */
export function logged() {
  const lines: string[] = []
  return { lines, log: (...words: unknown[]) => void lines.push(words.join(' ')) }
}
